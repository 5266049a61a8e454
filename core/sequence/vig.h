// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Bidirectional gated linear attention, the mixer of ViG (Liao et al. 2024, "ViG: Linear-complexity
// Visual Sequence Learning with Gated Linear Attention"): gated linear attention over the tokens in
// raster order and, with gates of its own, in the opposite order; the output is the mean.
//   forward   S_t = diag(exp g_t) S_{t-1} + k_t' v_t,    backward  R_t = diag(exp h_t) R_{t+1} +
//   k_t' v_t o_t = scale q_t (S_t + R_t) / 2
// so that a token's own value has the weight scale q_t . k_t and each other one half of its own.
// Inputs q, k, g, g_backward (h) [batch, token, head, key], v [batch, token, head, value]. Options:
// `scale`, 0 for 1 / sqrt(key). No state: every output depends on every token.
//
// Floor: twice the flops of gated linear attention (diagonal_chunks.h), its bytes and those of the
// second gates.
const Mechanism& visionGatedLinearAttention();

}  // namespace lineament::sequence
