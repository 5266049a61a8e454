// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The time mixing of RWKV-6 (Peng et al. 2024, "Eagle and Finch: RWKV with Matrix-Valued States and
// Dynamic Recurrence", eq. 19 and its recurrent form): a token reads the state before its own decay
// and write, and its own value through a bonus instead.
//   o_t = scale r_t (S_{t-1} + diag(u_h) k_t' v_t),   S_t = diag(exp w_t) S_{t-1} + k_t' v_t
// Inputs r, k, w [batch, token, head, key], v [batch, token, head, value], u [head, key]; w <= 0 is
// the natural log of the decay (the paper's is exp(-exp(.)), so w = -exp(.)). Options: `scale`, 1.
// State: S [batch, head, key, value].
//
// For diagonal_chunks.h this is the same recurrence with each write and decay met one token later.
// Floor: there; the bonus adds 4 key + 2 value flops a token.
const Mechanism& rwkv6();

}  // namespace lineament::sequence
