// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/language/norm.h"
#include "core/language/recurrence.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// Mamba's block (Gu and Dao 2023, "Mamba: Linear-time sequence modeling with selective state
// spaces", figure 3 and algorithm 2):
//   [x | z] = in x;  x = silu(convolution(x));  [r | B | C] = x_proj x;  dt = softplus(dt_proj r)
//   y = scan(x, dt, A, B, C) + D x;  out = out_proj(y silu(z)),   A = -exp(A_log)
struct MambaMixerSettings {
  std::size_t channels = 0, states = 0, rank = 0;
  WeightMatrix in, parameters, step, out;  // in_proj, x_proj, dt_proj (with its bias), out_proj
  CausalConvolution convolution;
  std::vector<float> rates;  // A [channels, states]
  std::vector<float> skip;   // D [channels]
};

class MambaMixer : public Sublayer {
 public:
  explicit MambaMixer(MambaMixerSettings settings);

  std::unique_ptr<SublayerState> start() const override {
    return std::make_unique<RecurrentState>(1);
  }
  // The tap's one head is the mean over the channels of the magnitudes of their matrices, from what
  // the convolution gives to y, without skip and output gate.
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::size_t heads() const override { return 1; }
  std::uint64_t parameters() const override;

 private:
  struct Operands {
    std::vector<float> x, z, dt, b, c;
  };
  Operands operandsOf(const float* x, std::size_t tokens, RecurrentState& state,
                      const Context& context) const;
  void imply(const Operands& operands, std::size_t tokens, AttentionTap& tap) const;

  MambaMixerSettings settings_;
  Recurrence recurrence_;
};

// Mamba-2's block (Dao and Gu 2024, "Transformers are SSMs", section 7.1):
//   [z | x | B | C | dt] = in x;  [x | B | C] = silu(convolution);  dt = softplus(dt + dt_bias)
//   y = ssd(x, dt, A, B, C) + D x;  out = out_proj(norm(y silu(z)))
// with the norm over each group's share of the channels.
struct Mamba2MixerSettings {
  std::size_t heads = 0, size = 0, states = 0, groups = 1;
  WeightMatrix in, out;
  CausalConvolution convolution;
  std::vector<float> rates, skip, step_bias;  // A, D, dt_bias [heads]
  double shortest_step = 0;                   // dt is held within these
  double longest_step = 0;                    // 0: without an end
  Norm norm;                                  // its weight [heads * size]; none: empty
};

class Mamba2Mixer : public Sublayer {
 public:
  explicit Mamba2Mixer(Mamba2MixerSettings settings);

  std::unique_ptr<SublayerState> start() const override {
    return std::make_unique<RecurrentState>(1);
  }
  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::size_t heads() const override { return settings_.heads; }
  std::uint64_t parameters() const override {
    return settings_.in.parameters() + settings_.out.parameters();
  }

 private:
  void gateAndNormalise(const std::vector<float>& z, std::vector<float>& y,
                        std::size_t tokens) const;

  Mamba2MixerSettings settings_;
  Recurrence recurrence_;
};

}  // namespace lineament::language
