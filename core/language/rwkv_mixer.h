// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "core/language/recurrence.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// The two halves of an RWKV-6 layer (Peng et al. 2024, "Eagle and Finch: RWKV with matrix-valued
// states and dynamic recurrence", sections 4.1 and 4.2; names of the authors' files). Both look at
// the token before through d_t = x_{t-1} - x_t, x_{-1} = 0.

// Time mixing. For each of w, k, v, r, g:  x_m = x + d (mu_m + tanh((x + d mu_x) W1)_m W2_m),
//   r, k, v = maps of x_r, x_k, x_v;  log decay = -exp(omega + tanh(x_w D1) D2)
//   out = output(groupNorm(wkv6(r, k, v, decay, u)) silu(gate x_g)), the norm over each head
struct TimeMixSettings {
  static constexpr std::size_t kMixes = 5;  // w, k, v, r, g
  std::size_t width = 0, heads = 0;
  std::vector<float> mix_all;                         // mu_x [width]
  std::array<std::vector<float>, kMixes> mix;         // mu_m [width]
  WeightMatrix mix_down;                              // W1 [width, 5 rank]
  std::array<WeightMatrix, kMixes> mix_up;            // W2_m [rank, width]
  std::vector<float> decay, bonus;                    // omega [width], u [heads, size]
  WeightMatrix decay_down, decay_up;                  // D1, D2
  WeightMatrix receptance, key, value, gate, output;  // [width, width]
  std::vector<float> norm_weight, norm_bias;          // [width]
  float norm_epsilon = 64e-5F;
};

class TimeMix : public Sublayer {
 public:
  explicit TimeMix(TimeMixSettings settings);

  std::unique_ptr<SublayerState> start() const override {
    return std::make_unique<RecurrentState>(1);
  }
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::size_t heads() const override { return settings_.heads; }
  std::uint64_t parameters() const override;

 private:
  std::array<std::vector<float>, TimeMixSettings::kMixes> mixed(const float* x,
                                                                const std::vector<float>& step,
                                                                std::size_t tokens,
                                                                const Context& context) const;

  TimeMixSettings settings_;
  Recurrence recurrence_;
};

// Channel mixing: out = sigmoid(receptance x_r) value(relu(key x_k)^2), x_m = x + d mu_m; RWKV-7's
// is without receptance.
class ChannelMix : public Sublayer {
 public:
  struct Settings {
    std::size_t width = 0;
    std::vector<float> mix_key, mix_receptance;  // mu_k, mu_r [width]
    WeightMatrix key, receptance, value;
  };
  explicit ChannelMix(Settings settings) : settings_(std::move(settings)) {}

  std::unique_ptr<SublayerState> start() const override {
    return std::make_unique<RecurrentState>(1);
  }
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::uint64_t parameters() const override {
    return settings_.key.parameters() + settings_.receptance.parameters() +
           settings_.value.parameters();
  }

 private:
  Settings settings_;
};

}  // namespace lineament::language
