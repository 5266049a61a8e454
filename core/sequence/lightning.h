// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Lightning attention as TransNormerLLM and MiniMax-Text-01 use it (Qin et al. 2023,
// "TransNormerLLM", section 3.1; Qin et al. 2024, "Various Lengths, Constant Speed: Efficient
// Language Modeling with Lightning Attention"; MiniMax 2025, "MiniMax-01"): linear attention behind
// swish, without a scale, whose heads forget at fixed rates that grow slower from layer to layer.
//   S_t = exp(-s_h) S_{t-1} + phi(k_t)' v_t,   o_t = phi(q_t) S_t
//   s_h = 2^(-8 (h + 1) / H) (1 - l / (L - 1) + 1e-5)   in layer l of L
// The slopes are those of linear biases (Press et al. 2022, "Train Short, Test Long"): where H is
// no power of 2, the first heads take the slopes of the next lower power P and the others every
// second slope of 2 P heads. The norm and the gate behind are not part of it.
// Inputs q, k [batch, token, head, key], v [batch, token, head, value] and, in place of those
// slopes, g [head] = -s. Options: `feature_map` (swish), `layer` and `layers`. State: S [batch,
// head, key, value].
//
// Floor, forms and shares: diagonal_chunks.h.
const Mechanism& lightningAttention();

// s_h of one of `heads` heads, without the layer's factor.
double linearBiasSlope(std::int64_t head, std::int64_t heads);

}  // namespace lineament::sequence
