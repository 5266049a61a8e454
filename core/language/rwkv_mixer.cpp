// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/rwkv_mixer.h"

#include <algorithm>
#include <cmath>

#include "core/language/token_shift.h"
#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

sequence::Sizes sizesOf(const TimeMixSettings& settings) {
  const std::size_t size = settings.width / settings.heads;
  return headSizes(settings.heads, size, size);
}

}  // namespace

TimeMix::TimeMix(TimeMixSettings settings)
    : settings_(std::move(settings)), recurrence_("rwkv6", sizesOf(settings_)) {}

std::uint64_t TimeMix::parameters() const {
  const TimeMixSettings& s = settings_;
  std::uint64_t sum = s.mix_down.parameters() + s.decay_down.parameters() +
                      s.decay_up.parameters() + s.receptance.parameters() + s.key.parameters() +
                      s.value.parameters() + s.gate.parameters() + s.output.parameters() +
                      5 * s.width;
  for (const WeightMatrix& up : s.mix_up) sum += up.parameters() + s.width;
  return sum;
}

std::array<std::vector<float>, TimeMixSettings::kMixes> TimeMix::mixed(
    const float* x, const std::vector<float>& steps, std::size_t tokens,
    const Context& context) const {
  const TimeMixSettings& s = settings_;
  std::vector<float> low = mapped(s.mix_down, interpolated(x, steps, s.mix_all, {}), context);
  hyperbolicTangent(low);
  const std::size_t rank = s.mix_down.outputs() / TimeMixSettings::kMixes;
  std::array<std::vector<float>, TimeMixSettings::kMixes> made;
  for (std::size_t m = 0; m < made.size(); ++m) {
    std::vector<float> own(tokens * rank);
    for (std::size_t t = 0; t < tokens; ++t) {
      std::copy_n(low.data() + t * s.mix_down.outputs() + m * rank, rank, own.data() + t * rank);
    }
    made[m] = interpolated(x, steps, s.mix[m], mapped(s.mix_up[m], own, context));
  }
  return made;
}

void TimeMix::apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
                    float* out, const Context& context) const {
  const TimeMixSettings& s = settings_;
  auto& own = static_cast<RecurrentState&>(*state);
  const std::vector<float> steps = stepsBack(x, tokens, s.width, own.tails[0]);
  const auto [xw, xk, xv, xr, xg] = mixed(x, steps, tokens, context);
  const std::vector<float> r = mapped(s.receptance, xr, context), k = mapped(s.key, xk, context),
                           v = mapped(s.value, xv, context);
  std::vector<float> gate = mapped(s.gate, xg, context);
  silu(gate.data(), gate.size());
  std::vector<float> low = mapped(s.decay_down, xw, context);
  hyperbolicTangent(low);
  std::vector<float> decay = mapped(s.decay_up, low, context);
  for (std::size_t i = 0; i < decay.size(); ++i) decay[i] += s.decay[i % s.width];
  exponential(decay.data(), decay.size());
  for (float& log : decay) log = -log;
  std::vector<float> y(tokens * s.width);
  recurrence_.run({{"r", r.data()},
                   {"k", k.data()},
                   {"v", v.data()},
                   {"w", decay.data()},
                   {"u", s.bonus.data()}},
                  tokens, own.state, y.data(), tap, context);
  const std::size_t size = s.width / s.heads;
  for (std::size_t row = 0; row < tokens * s.heads; ++row) {
    const std::size_t first = row % s.heads * size;
    layerNorm(y.data() + row * size, size, s.norm_weight.data() + first, s.norm_bias.data() + first,
              s.norm_epsilon, y.data() + row * size);
  }
  multiply(gate.data(), gate.size(), y.data());
  s.output.apply(y.data(), tokens, out, context);
}

void ChannelMix::apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap*,
                       float* out, const Context& context) const {
  const Settings& s = settings_;
  auto& own = static_cast<RecurrentState&>(*state);
  const std::vector<float> steps = stepsBack(x, tokens, s.width, own.tails[0]);
  std::vector<float> hidden = mapped(s.key, interpolated(x, steps, s.mix_key, {}), context);
  for (float& value : hidden) value = value > 0 ? value * value : 0;
  s.value.apply(hidden.data(), tokens, out, context);
  if (!s.receptance) return;
  std::vector<float> gate =
      mapped(s.receptance, interpolated(x, steps, s.mix_receptance, {}), context);
  sigmoid(gate.data(), gate.size());
  multiply(gate.data(), gate.size(), out);
}

}  // namespace lineament::language
