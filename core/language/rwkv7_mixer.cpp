// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/rwkv7_mixer.h"

#include <algorithm>
#include <cmath>

#include "core/language/token_shift.h"
#include "core/language/vector_kernels.h"

namespace lineament::language {

namespace {

constexpr float kFastestDecay = -0.60653066F;  // -exp(-1/2)
constexpr float kShortestKey = 1e-12F;         // of a key of removal before it is scaled

sequence::Sizes sizesOf(const Rwkv7Settings& settings) {
  const std::size_t size = settings.width / settings.heads;
  return headSizes(settings.heads, size, size);
}

std::vector<float> sigmoids(std::vector<float> x) {
  sigmoid(x.data(), x.size());
  return x;
}

}  // namespace

// With the values of the pass's tokens, where this is the first layer.
class Rwkv7TimeMix::State : public RecurrentState {
 public:
  explicit State(bool first) : RecurrentState(1), first_(first) {}
  std::unique_ptr<SublayerState> copy() const override { return std::make_unique<State>(*this); }
  const std::vector<float>* handedOn() const override { return first_ ? &values : nullptr; }

  std::vector<float> values;

 private:
  bool first_;
};

Rwkv7TimeMix::Rwkv7TimeMix(Rwkv7Settings settings)
    : settings_(std::move(settings)), recurrence_("rwkv7", sizesOf(settings_)) {}

std::unique_ptr<SublayerState> Rwkv7TimeMix::start() const {
  return std::make_unique<State>(!settings_.value_share.down);
}

std::uint64_t Rwkv7TimeMix::parameters() const {
  const Rwkv7Settings& s = settings_;
  std::uint64_t sum = s.receptance.parameters() + s.key.parameters() + s.value.parameters() +
                      s.output.parameters() + (Rwkv7Settings::kMixes + 5) * s.width;
  for (const auto* each : {&s.decay, &s.rate, &s.value_share, &s.gate}) {
    sum += each->down.parameters() + each->up.parameters();
  }
  return sum;
}

Rwkv7TimeMix::Operands Rwkv7TimeMix::operandsOf(const float* x, const std::vector<float>& steps,
                                                State& state, const Context& context) const {
  const Rwkv7Settings& s = settings_;
  const auto shifted = [&](Rwkv7Settings::Mix m) { return interpolated(x, steps, s.mix[m], {}); };
  Operands made;
  made.r = mapped(s.receptance, shifted(Rwkv7Settings::kR), context);
  made.k = mapped(s.key, shifted(Rwkv7Settings::kK), context);
  std::vector<float> low = mapped(s.decay.down, shifted(Rwkv7Settings::kW), context);
  hyperbolicTangent(low);
  made.decay = sigmoids(mapped(s.decay.up, low, context));
  for (float& log : made.decay) log *= kFastestDecay;
  const std::vector<float> xa = shifted(Rwkv7Settings::kA);
  made.a = sigmoids(mapped(s.rate.up, mapped(s.rate.down, xa, context), context));
  const std::vector<float> xv = shifted(Rwkv7Settings::kV);
  made.v = mapped(s.value, xv, context);
  if (!s.value_share.down) {
    state.values = made.v;
    return made;
  }
  const std::vector<float> share =
      sigmoids(mapped(s.value_share.up, mapped(s.value_share.down, xv, context), context));
  const std::vector<float>& first = *state.earlier;
  for (std::size_t i = 0; i < share.size(); ++i) made.v[i] += (first[i] - made.v[i]) * share[i];
  return made;
}

void Rwkv7TimeMix::makeKeys(Operands& made) const {
  const Rwkv7Settings& s = settings_;
  made.kappa.resize(made.k.size());
  for (std::size_t i = 0; i < made.k.size(); ++i) {
    const std::size_t channel = i % s.width;
    made.kappa[i] = made.k[i] * s.removal[channel];
    made.k[i] += made.k[i] * (made.a[i] - 1) * s.replacement[channel];
  }
  const std::size_t size = s.width / s.heads;
  for (std::size_t first = 0; first < made.kappa.size(); first += size) {
    float sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += made.kappa[first + i] * made.kappa[first + i];
    const float length = std::max(std::sqrt(sum), kShortestKey);
    for (std::size_t i = 0; i < size; ++i) made.kappa[first + i] /= length;
  }
}

void Rwkv7TimeMix::normaliseAndAdd(const Operands& made, std::size_t tokens,
                                   std::vector<float>& y) const {
  const Rwkv7Settings& s = settings_;
  const std::size_t size = s.width / s.heads;
  for (std::size_t row = 0; row < tokens * s.heads; ++row) {
    const std::size_t channel = row % s.heads * size, first = row * size;
    layerNorm(y.data() + first, size, s.norm_weight.data() + channel, s.norm_bias.data() + channel,
              s.norm_epsilon, y.data() + first);
    float bonus = 0;
    for (std::size_t i = 0; i < size; ++i) {
      bonus += made.r[first + i] * made.k[first + i] * s.bonus[channel + i];
    }
    for (std::size_t i = 0; i < size; ++i) y[first + i] += bonus * made.v[first + i];
  }
}

void Rwkv7TimeMix::apply(const float* x, std::size_t tokens, SublayerState* state,
                         AttentionTap* tap, float* out, const Context& context) const {
  const Rwkv7Settings& s = settings_;
  auto& own = static_cast<State&>(*state);
  const std::vector<float> steps = stepsBack(x, tokens, s.width, own.tails[0]);
  Operands made = operandsOf(x, steps, own, context);
  makeKeys(made);
  std::vector<float> y(tokens * s.width);
  recurrence_.run({{"q", made.r.data()},
                   {"k", made.k.data()},
                   {"v", made.v.data()},
                   {"g", made.decay.data()},
                   {"kappa", made.kappa.data()},
                   {"a", made.a.data()}},
                  tokens, own.state, y.data(), tap, context);
  normaliseAndAdd(made, tokens, y);
  const std::vector<float> low =
      mapped(s.gate.down, interpolated(x, steps, s.mix[Rwkv7Settings::kG], {}), context);
  const std::vector<float> gate = mapped(s.gate.up, sigmoids(low), context);
  multiply(gate.data(), gate.size(), y.data());
  s.output.apply(y.data(), tokens, out, context);
}

}  // namespace lineament::language
