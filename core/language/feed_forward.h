// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/language/sublayer.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

enum class Activation { none, relu, gelu, gelu_tanh, silu };

// By the name that configurations have: "gelu" (the erf form), "gelu_new" and
// "gelu_pytorch_tanh" (the tanh form), "silu", "swish", "relu". Error "language.unsupported".
Activation activationOf(const std::string& name, const std::string& architecture);
void activate(Activation activation, float* x, std::size_t count, const Context& context);

// out = down(f(up x)), or gated: out = down(f(gate x) * up x), which with silu is SwiGLU (Shazeer
// 2020, "GLU variants improve transformer").
class FeedForward : public Sublayer {
 public:
  FeedForward(Activation activation, WeightMatrix up, WeightMatrix down, WeightMatrix gate = {});

  void apply(const float* x, std::size_t tokens, SublayerState* state, AttentionTap* tap,
             float* out, const Context& context) const override;
  std::uint64_t parameters() const override;

 private:
  Activation activation_;
  WeightMatrix up_, down_, gate_;
};

}  // namespace lineament::language
