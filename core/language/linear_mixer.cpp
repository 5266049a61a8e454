// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/linear_mixer.h"

#include <algorithm>
#include <cmath>

#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

// log sigmoid(z) / 16 = -softplus(-z) / 16 (Yang et al. 2024, GLA, section 4.4).
constexpr float kGateTemperature = 16;

void unitRows(std::vector<float>& rows, std::size_t width) {
  for (std::size_t first = 0; first < rows.size(); first += width) {
    float sum = 1e-6F;
    for (std::size_t i = 0; i < width; ++i) sum += rows[first + i] * rows[first + i];
    const float factor = 1 / std::sqrt(sum);
    for (std::size_t i = 0; i < width; ++i) rows[first + i] *= factor;
  }
}

}  // namespace

LinearMixer::LinearMixer(LinearMixerSettings settings)
    : settings_(std::move(settings)),
      recurrence_(settings_.mechanism, headSizes(settings_.heads, settings_.key, settings_.value)) {
}

std::uint64_t LinearMixer::parameters() const {
  const LinearMixerSettings& s = settings_;
  return s.query.parameters() + s.keys.parameters() + s.values.parameters() +
         s.output.parameters() + s.beta.parameters() + s.gate_down.parameters() +
         s.gate_up.parameters() + s.decay.parameters() + s.gate.parameters();
}

std::vector<float> LinearMixer::projected(const WeightMatrix& map,
                                          const CausalConvolution& convolution, const float* x,
                                          std::size_t tokens, std::vector<float>& tail,
                                          const Context& context) const {
  std::vector<float> rows(tokens * map.outputs());
  map.apply(x, tokens, rows.data(), context);
  if (convolution) {
    convolution.apply(rows, tokens, tail, context);
  } else if (settings_.activated) {
    silu(rows.data(), rows.size());
  }
  return rows;
}

std::vector<float> LinearMixer::channelGates(const float* x, std::size_t tokens,
                                             const Context& context) const {
  std::vector<float> down(tokens * settings_.gate_down.outputs());
  settings_.gate_down.apply(x, tokens, down.data(), context);
  std::vector<float> gates(tokens * settings_.gate_up.outputs());
  settings_.gate_up.apply(down.data(), tokens, gates.data(), context);
  for (float& gate : gates) gate = -gate;
  softplus(gates.data(), gates.size());
  const auto lowest = static_cast<float>(settings_.lowest_gate);
  for (float& gate : gates) {
    gate = -gate / kGateTemperature;
    if (lowest < 0) gate = std::max(gate, lowest);
  }
  return gates;
}

std::vector<float> LinearMixer::headDecays(const float* x, std::size_t tokens,
                                           const Context& context) const {
  std::vector<float> decays(tokens * settings_.heads);
  settings_.decay.apply(x, tokens, decays.data(), context);
  for (std::size_t i = 0; i < decays.size(); ++i) {
    decays[i] += settings_.decay_bias[i % settings_.heads];
  }
  softplus(decays.data(), decays.size());
  for (std::size_t i = 0; i < decays.size(); ++i) {
    decays[i] *= -std::exp(settings_.log_rates[i % settings_.heads]);
  }
  return decays;
}

LinearMixer::Operands LinearMixer::operandsOf(const float* x, std::size_t tokens,
                                              RecurrentState& state, const Context& context) const {
  using Gates = LinearMixerSettings::Gates;
  const LinearMixerSettings& s = settings_;
  Operands made;
  made.q = projected(s.query, s.query_convolution, x, tokens, state.tails[0], context);
  made.k = projected(s.keys, s.key_convolution, x, tokens, state.tails[1], context);
  made.v = projected(s.values, s.value_convolution, x, tokens, state.tails[2], context);
  if (s.unit_keys) {
    unitRows(made.q, s.key);
    unitRows(made.k, s.key);
  }
  const auto position = static_cast<std::size_t>(state.state.tokens);
  s.rotary.apply(made.q.data(), s.heads * s.key, tokens, s.heads, s.key, position);
  s.rotary.apply(made.k.data(), s.heads * s.key, tokens, s.heads, s.key, position);
  if (s.gates == Gates::channel) made.g = channelGates(x, tokens, context);
  if (s.gates == Gates::both) made.g = headDecays(x, tokens, context);
  if (s.gates == Gates::none) made.g = s.decays;
  if (s.beta) {
    made.beta.resize(tokens * s.heads);
    s.beta.apply(x, tokens, made.beta.data(), context);
    sigmoid(made.beta.data(), made.beta.size());
    for (float& beta : made.beta) beta *= s.negative_eigenvalues ? 2.0F : 1.0F;
  }
  return made;
}

void LinearMixer::apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
                        float* out, const Context& context) const {
  const LinearMixerSettings& s = settings_;
  auto& own = static_cast<RecurrentState&>(*state);
  const Operands made = operandsOf(x, tokens, own, context);
  Recurrence::Operands operands{{"q", made.q.data()}, {"k", made.k.data()}, {"v", made.v.data()}};
  if (!made.g.empty()) operands.emplace_back("g", made.g.data());
  if (!made.beta.empty()) operands.emplace_back("beta", made.beta.data());
  std::vector<float> mixed(tokens * s.heads * s.value);
  recurrence_.run(operands, tokens, own.state, mixed.data(), tap, context);
  s.norm.apply(mixed.data(), tokens * s.heads, s.value, mixed.data());
  if (s.gate) {
    std::vector<float> gates(mixed.size());
    s.gate.apply(x, tokens, gates.data(), context);
    activate(s.gate_activation, gates.data(), gates.size(), context);
    multiply(gates.data(), gates.size(), mixed.data());
  }
  s.output.apply(mixed.data(), tokens, out, context);
}

}  // namespace lineament::language
