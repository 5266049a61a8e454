// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/mamba_mixer.h"

#include <algorithm>
#include <cmath>

#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

using sequence::Dim;

sequence::Sizes sizesOf(const MambaMixerSettings& settings) {
  sequence::Sizes sizes;
  sizes[Dim::head] = static_cast<std::int64_t>(settings.channels);
  sizes[Dim::key] = static_cast<std::int64_t>(settings.states);
  return sizes;
}

sequence::Sizes sizesOf(const Mamba2MixerSettings& settings) {
  sequence::Sizes sizes;
  sizes[Dim::head] = static_cast<std::int64_t>(settings.heads);
  sizes[Dim::key] = static_cast<std::int64_t>(settings.states);
  sizes[Dim::value] = static_cast<std::int64_t>(settings.size);
  sizes[Dim::group] = static_cast<std::int64_t>(settings.groups);
  return sizes;
}

// Columns [first, first + width) of rows `stride` wide.
std::vector<float> columns(const std::vector<float>& rows, std::size_t stride, std::size_t first,
                           std::size_t width) {
  const std::size_t count = rows.size() / stride;
  std::vector<float> part(count * width);
  for (std::size_t t = 0; t < count; ++t) {
    std::copy_n(rows.data() + t * stride + first, width, part.data() + t * width);
  }
  return part;
}

}  // namespace

MambaMixer::MambaMixer(MambaMixerSettings settings)
    : settings_(std::move(settings)), recurrence_("mamba", sizesOf(settings_)) {}

std::uint64_t MambaMixer::parameters() const {
  const MambaMixerSettings& s = settings_;
  return s.in.parameters() + s.parameters.parameters() + s.step.parameters() + s.out.parameters() +
         s.rates.size() + s.skip.size();
}

MambaMixer::Operands MambaMixer::operandsOf(const float* x, std::size_t tokens,
                                            RecurrentState& state, const Context& context) const {
  const MambaMixerSettings& s = settings_;
  std::vector<float> both(tokens * s.in.outputs());
  s.in.apply(x, tokens, both.data(), context);
  Operands made;
  made.x = columns(both, s.in.outputs(), 0, s.channels);
  made.z = columns(both, s.in.outputs(), s.channels, s.channels);
  s.convolution.apply(made.x, tokens, state.tails[0], context);
  std::vector<float> mixed(tokens * s.parameters.outputs());
  s.parameters.apply(made.x.data(), tokens, mixed.data(), context);
  const std::vector<float> rank = columns(mixed, s.parameters.outputs(), 0, s.rank);
  made.b = columns(mixed, s.parameters.outputs(), s.rank, s.states);
  made.c = columns(mixed, s.parameters.outputs(), s.rank + s.states, s.states);
  made.dt.resize(tokens * s.channels);
  s.step.apply(rank.data(), tokens, made.dt.data(), context);
  softplus(made.dt.data(), made.dt.size());
  return made;
}

void MambaMixer::imply(const Operands& operands, std::size_t tokens, AttentionTap& tap) const {
  const MambaMixerSettings& s = settings_;
  tap = {};
  tap.heads = 1;
  tap.queries = tap.keys = tokens;
  tap.causal = true;
  tap.room = reserveMemory(tokens * (s.channels + 2 * s.states) * sizeof(float),
                           "what implied attention is worked out from");
  tap.scan =
      ScanFactors{tokens, s.channels, s.states, operands.dt, s.rates, operands.b, operands.c};
}

void MambaMixer::apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
                       float* out, const Context& context) const {
  const MambaMixerSettings& s = settings_;
  auto& own = static_cast<RecurrentState&>(*state);
  const Operands made = operandsOf(x, tokens, own, context);
  if (tap && own.state.tokens == 0) imply(made, tokens, *tap);
  std::vector<float> y(tokens * s.channels);
  recurrence_.run({{"x", made.x.data()},
                   {"dt", made.dt.data()},
                   {"A", s.rates.data()},
                   {"B", made.b.data()},
                   {"C", made.c.data()},
                   {"D", s.skip.data()},
                   {"z", made.z.data()}},
                  tokens, own.state, y.data(), nullptr, context);
  s.out.apply(y.data(), tokens, out, context);
}

Mamba2Mixer::Mamba2Mixer(Mamba2MixerSettings settings)
    : settings_(std::move(settings)), recurrence_("ssd", sizesOf(settings_)) {}

void Mamba2Mixer::gateAndNormalise(const std::vector<float>& z, std::vector<float>& y,
                                   std::size_t tokens) const {
  const Mamba2MixerSettings& s = settings_;
  std::vector<float> gates = z;
  silu(gates.data(), gates.size());
  multiply(gates.data(), gates.size(), y.data());
  if (s.norm.type == Norm::Type::none) return;
  // The weight is of all channels, the mean square of a group's.
  const std::size_t channels = s.heads * s.size, group = channels / s.groups;
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t g = 0; g < s.groups; ++g) {
      float* part = y.data() + t * channels + g * group;
      rmsNorm(part, group, s.norm.weight.data() + g * group, s.norm.epsilon, part);
    }
  }
}

void Mamba2Mixer::apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
                        float* out, const Context& context) const {
  const Mamba2MixerSettings& s = settings_;
  auto& own = static_cast<RecurrentState&>(*state);
  const std::size_t channels = s.heads * s.size, shared = s.groups * s.states;
  const std::size_t convolved = channels + 2 * shared, all = s.in.outputs();
  std::vector<float> rows(tokens * all);
  s.in.apply(x, tokens, rows.data(), context);
  const std::vector<float> z = columns(rows, all, 0, channels);
  std::vector<float> xbc = columns(rows, all, channels, convolved);
  std::vector<float> dt = columns(rows, all, channels + convolved, s.heads);
  s.convolution.apply(xbc, tokens, own.tails[0], context);
  for (std::size_t i = 0; i < dt.size(); ++i) dt[i] += s.step_bias[i % s.heads];
  softplus(dt.data(), dt.size());
  for (float& step : dt) {
    step = std::max(step, static_cast<float>(s.shortest_step));
    if (s.longest_step > 0) step = std::min(step, static_cast<float>(s.longest_step));
  }
  const std::vector<float> written = columns(xbc, convolved, 0, channels);
  const std::vector<float> b = columns(xbc, convolved, channels, shared);
  const std::vector<float> c = columns(xbc, convolved, channels + shared, shared);
  std::vector<float> y(tokens * channels);
  recurrence_.run({{"x", written.data()},
                   {"dt", dt.data()},
                   {"A", s.rates.data()},
                   {"B", b.data()},
                   {"C", c.data()},
                   {"D", s.skip.data()}},
                  tokens, own.state, y.data(), tap, context);
  gateAndNormalise(z, y, tokens);
  s.out.apply(y.data(), tokens, out, context);
}

}  // namespace lineament::language
