// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Mamba-2's state-space duality (Dao and Gu 2024, "Transformers are SSMs: Generalized models and
// efficient algorithms through structured state space duality", sections 3 and 6): one decay for a
// whole head, so that the recurrence is masked attention, too:
//   S_t = a_t S_{t-1} + B_t' (dt_t x_t),   a_t = exp(dt_t A),   y_t = C_t S_t + D x_t
// with S [N, P], rows B_t, C_t of N numbers and x_t of P. Over a chunk with G the cumulative sum of
// dt A from the chunk's first token on, and S the state before it,
//   y_t = exp(G_t) C_t S + sum_{s <= t} (C_t . B_s) exp(G_t - G_s) dt_s x_s + D x_t
//   S'  = exp(G_last) S + sum_s exp(G_last - G_s) B_s' (dt_s x_s)
// where no exponent is ever positive.
//
// Inputs: x [batch, token, head, value], dt [batch, token, head] after its softplus, A [head] at
// most 0, B, C [batch, token, group, key]; head h reads group h group / head. D [head] optional.
// State: S [batch, head, key, value].
//
// Floor of the forward pass for a token and head: 4 N P flops for the state and 32 P for half a
// chunk of scores (those themselves are shared by a group's heads); bytes 4 T (2 H P + 2 G N).
// Bound by arithmetic. Memory beyond inputs and outputs does not grow with T; the backward pass
// keeps one state for every 128 tokens.
const Mechanism& ssd();

}  // namespace lineament::sequence
