// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/language/feed_forward.h"
#include "core/language/norm.h"
#include "core/language/recurrence.h"
#include "core/language/rotary.h"

namespace lineament::language {

// Mixers whose state is a matrix for each head, between linear maps:
//   q, k, v = maps of x, each behind a short convolution where there is one
//   o = recurrence(q, k, v, gates);  out = output(f(gate x) * norm(o)) by heads
// GLA, DeltaNet and Gated DeltaNet, RetNet are this with different gates.
struct LinearMixerSettings {
  enum class Gates {
    none,     // RetNet: `decays` are constants of the heads
    channel,  // GLA: g = log sigmoid(z) / 16, z = gate_up(gate_down(x)), for every key channel
    beta,     // DeltaNet: beta = sigmoid(b x), twice that where eigenvalues may be negative
    both      // Gated DeltaNet: beta, and g = -exp(A_log) softplus(a x + dt_bias)
  };

  std::string_view mechanism;
  Gates gates = Gates::none;
  std::size_t heads = 0, key = 0, value = 0;  // sizes of a head
  WeightMatrix query, keys, values, output;
  CausalConvolution query_convolution, key_convolution, value_convolution;
  bool activated = false;  // silu on q, k and v where no convolution brings it
  bool unit_keys = false;  // q and k of length 1: x / sqrt(sum x^2 + 1e-6)
  Rotary rotary;           // RetNet turns q and k
  WeightMatrix beta;
  bool negative_eigenvalues = false;
  WeightMatrix gate_down, gate_up;
  WeightMatrix decay;                        // a
  std::vector<float> log_rates, decay_bias;  // A_log, dt_bias
  std::vector<float> decays;                 // log of a head's constant decay
  double lowest_gate = 0;  // of a channel's g where it is bounded (clamp_min); 0: not
  Norm norm;               // over a head's values
  WeightMatrix gate;       // none: the output is not gated
  Activation gate_activation = Activation::silu;
};

class LinearMixer : public Sublayer {
 public:
  explicit LinearMixer(LinearMixerSettings settings);

  std::unique_ptr<SublayerState> start() const override {
    return std::make_unique<RecurrentState>(4);
  }
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::size_t heads() const override { return settings_.heads; }
  std::uint64_t parameters() const override;

 private:
  struct Operands {
    std::vector<float> q, k, v, g, beta;
  };
  Operands operandsOf(const float* x, std::size_t tokens, RecurrentState& state,
                      const Context& context) const;
  std::vector<float> projected(const WeightMatrix& map, const CausalConvolution& convolution,
                               const float* x, std::size_t tokens, std::vector<float>& tail,
                               const Context& context) const;
  std::vector<float> channelGates(const float* x, std::size_t tokens, const Context& context) const;
  std::vector<float> headDecays(const float* x, std::size_t tokens, const Context& context) const;

  LinearMixerSettings settings_;
  Recurrence recurrence_;
};

}  // namespace lineament::language
