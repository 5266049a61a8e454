// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/transnormer_mixer.h"

#include <cmath>

#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

sequence::Sizes sizesOf(const TransNormerSettings& settings) {
  return headSizes(settings.heads, settings.angles.empty() ? settings.size : 2 * settings.size,
                   settings.size);
}

}  // namespace

// Retention (core/sequence/retention.h) with decays of its own is this recurrence.
TransNormerMixer::TransNormerMixer(TransNormerSettings settings)
    : settings_(std::move(settings)),
      recurrence_("retention", sizesOf(settings_), {{"scale", 1.0}}) {}

std::uint64_t TransNormerMixer::parameters() const {
  const TransNormerSettings& s = settings_;
  return s.query.parameters() + s.key.parameters() + s.value.parameters() + s.gate.parameters() +
         s.output.parameters() + s.angles.size();
}

std::vector<float> TransNormerMixer::keysOf(const WeightMatrix& map, const float* x,
                                            std::size_t tokens, std::size_t position,
                                            const Context& context) const {
  const TransNormerSettings& s = settings_;
  std::vector<float> rows(tokens * map.outputs());
  map.apply(x, tokens, rows.data(), context);
  activate(s.activation, rows.data(), rows.size(), context);
  if (s.angles.empty()) return rows;
  std::vector<float> turned(2 * rows.size());
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t i = 0; i < s.heads * s.size; ++i) {
      // Published angles are single precision; their multiples are not rounded again.
      const double angle = static_cast<double>(position + t) * double(s.angles[i]);
      const float number = rows[t * s.heads * s.size + i];
      float* to = turned.data() + (t * s.heads + i / s.size) * 2 * s.size + i % s.size;
      to[0] = number * static_cast<float>(std::cos(angle));
      to[s.size] = number * static_cast<float>(std::sin(angle));
    }
  }
  return turned;
}

void TransNormerMixer::apply(const float* x, std::size_t tokens, SublayerState* state,
                             AttentionTap* tap, float* out, const Context& context) const {
  const TransNormerSettings& s = settings_;
  auto& own = static_cast<RecurrentState&>(*state);
  const std::size_t width = s.heads * s.size;
  const auto position = static_cast<std::size_t>(own.state.tokens);
  const std::vector<float> q = keysOf(s.query, x, tokens, position, context);
  const std::vector<float> k = keysOf(s.key, x, tokens, position, context);
  std::vector<float> v(tokens * width), gates(tokens * width), mixed(tokens * width);
  s.value.apply(x, tokens, v.data(), context);
  recurrence_.run({{"q", q.data()}, {"k", k.data()}, {"v", v.data()}, {"g", s.decays.data()}},
                  tokens, own.state, mixed.data(), tap, context);
  s.norm.apply(mixed.data(), tokens, width, mixed.data());
  s.gate.apply(x, tokens, gates.data(), context);
  multiply(gates.data(), gates.size(), mixed.data());
  s.output.apply(mixed.data(), tokens, out, context);
}

}  // namespace lineament::language
