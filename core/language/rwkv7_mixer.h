// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "core/language/recurrence.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// The time mixing of RWKV-7 (Peng et al. 2025, "RWKV-7 'Goose' with expressive dynamic state
// evolution", section 4; names of the authors' files). With d_t = x_{t-1} - x_t, x_{-1} = 0, and
// x_m = x + d mu_m for m = r, w, k, v, a, g:
//   r, k', v' = maps of x_r, x_k, x_v
//   log decay = -exp(-1/2) sigmoid(w0 + tanh(x_w W1) W2)
//   a = sigmoid(a0 + x_a A1 A2),  g = sigmoid(x_g G1) G2
//   v = v' in the first layer, in others v' + (v_first - v') sigmoid(v0 + x_v V1 V2)
//   kappa = k' k_k, of length 1 by heads;  k = k' (1 + (a - 1) k_a)
//   o = rwkv7(r, k, v, decay, kappa, a)            core/sequence/rwkv7.h
//   y = groupNorm(o) + v sum over a head of r k r_k,  out = output(y g)
struct Rwkv7Settings {
  enum Mix : std::size_t { kR, kW, kK, kV, kA, kG, kMixes };

  // sigmoid or tanh between, as the place asks; a bias beside the second map.
  struct LowRank {
    WeightMatrix down, up;
  };

  std::size_t width = 0, heads = 0;
  std::array<std::vector<float>, kMixes> mix;   // mu_m [width]
  LowRank decay, rate, value_share, gate;       // W, A, V, G
  std::vector<float> removal, replacement;      // k_k, k_a [width]
  std::vector<float> bonus;                     // r_k [heads, size]
  WeightMatrix receptance, key, value, output;  // [width, width]
  std::vector<float> norm_weight, norm_bias;    // [width]
  float norm_epsilon = 64e-5F;
};

class Rwkv7TimeMix : public Sublayer {
 public:
  explicit Rwkv7TimeMix(Rwkv7Settings settings);

  std::unique_ptr<SublayerState> start() const override;
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::size_t heads() const override { return settings_.heads; }
  std::uint64_t parameters() const override;

 private:
  class State;
  struct Operands {
    std::vector<float> r, k, v, decay, kappa, a;
  };
  Operands operandsOf(const float* x, const std::vector<float>& steps, State& state,
                      const Context& context) const;
  void makeKeys(Operands& made) const;
  void normaliseAndAdd(const Operands& made, std::size_t tokens, std::vector<float>& y) const;

  Rwkv7Settings settings_;
  Recurrence recurrence_;
};

}  // namespace lineament::language
