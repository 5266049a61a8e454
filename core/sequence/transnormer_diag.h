// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// DiagAttention of TransNormer (Qin et al. 2022, "The Devil in Linear Transformer", section 4.2):
// exact attention inside blocks of w tokens that do not overlap, so that early layers look at what
// is near. For tokens t and s <= t of the same block:
//   s_ts = scale q_t . k_s,   o_t = sum_s p_ts v_s
//   p = softmax over those s (the paper's T2), or max(s, 0) (its T1, whose norm is not part of it)
// Blocks are counted from the first token of the sequence. Inputs q, k [batch, token, head, key], v
// [batch, token, head, value]. Options: `activation`, `block` (64), `scale`, 0 for 1 / sqrt(key).
// State: the keys and values of the block that is not full yet, [tokens mod block, batch, head,
// key + value].
//
// Floor, a head and token: (w + 1) (Dk + Dv) flops (the causal half), 4 (2 Dk + 2 Dv) bytes.
const Mechanism& transNormerDiag();

}  // namespace lineament::sequence
