// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/language/feed_forward.h"
#include "core/language/norm.h"
#include "core/language/recurrence.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// Norm attention with fixed decays as TransNormerLLM has it (Qin et al. 2023, "TransNormerLLM: a
// faster and better large language model", section 3; lightning attention, Qin et al. 2024):
//   q, k, v, u = maps of x;  q = lrpe(f(q)), k = lrpe(f(k)) where the layer has positions
//   S_t = exp(-s_h) S_{t-1} + k_t' v_t,  o_t = q_t S_t         without scale or denominator
//   out = output(u * o / sqrt(mean(o^2) + 1e-6)), the mean over all heads
// Positions (Qin et al. 2023, "Linearized relative positional encoding"): for channel i of head h
// at position p,  lrpe(x)_i = x_i cos(p theta_hi),  lrpe(x)_{i + size} = x_i sin(p theta_hi),  so
// that a product of two depends on the distance; keys are then twice as wide.
struct TransNormerSettings {
  std::size_t heads = 0, size = 0;  // of a head
  WeightMatrix query, key, value, gate, output;
  Activation activation = Activation::silu;
  std::vector<float> angles;  // theta [heads, size], radians a token; empty: no positions
  std::vector<float> decays;  // -s [heads]
  Norm norm;                  // over all heads
};

class TransNormerMixer : public Sublayer {
 public:
  explicit TransNormerMixer(TransNormerSettings settings);

  std::unique_ptr<SublayerState> start() const override {
    return std::make_unique<RecurrentState>(0);
  }
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::size_t heads() const override { return settings_.heads; }
  std::uint64_t parameters() const override;

 private:
  std::vector<float> keysOf(const WeightMatrix& map, const float* x, std::size_t tokens,
                            std::size_t position, const Context& context) const;

  TransNormerSettings settings_;
  Recurrence recurrence_;
};

}  // namespace lineament::language
