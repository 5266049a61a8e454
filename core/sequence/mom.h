// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Mixture of memories (Du et al. 2025, "MoM: linear sequence modeling with mixture-of-memories")
// over the gated delta rule: each token reads and writes its most probable memories and one that
// all share. With p_t the router's probabilities, I_t the top_k largest (of equal ones the lower
// index) and w_t^m = p_t^m / sum_{j in I_t} p_t^j, for each head
//   m in I_t:      Sb = exp(g_t^m) S^m,  S^m = Sb + beta_t^m k_t^m^T (v_t^m - k_t^m Sb)
//   m not in I_t:  S^m stays as it is, without decay
//   o_t = sum_{m in I_t} w_t^m scale q_t S_t^m + scale q_t S_t^shared
// Projections, convolutions and the router itself are the caller's. The gradient by p is that of
// the weights; the choice has none. The implied attention is the sum over the memories of gated
// DeltaNet's on the tokens of each, for values that are the same in all memories.
//
// Inputs q [batch, token, head, key]; k [batch, token, memory, head, key], v [batch, token, memory,
// head, value], beta and g [batch, token, memory, head]; p [batch, token, memory]; shared_k,
// shared_v, shared_beta, shared_g like k, v, beta, g without the memory, together or not at all.
// Options: `top_k` (2), `scale`, 0 for 1 / sqrt(key). State: S [batch, memory + 1, head, key,
// value], the shared memory last.
//
// Fast form: windows of kMomWindow tokens, in which a stable counting sort lists the tokens of each
// memory, which then are a sequence of their own for the chunks of the delta rule.
//
// Floor: flops 6 (top_k + 1) Dk Dv a token and head; bytes 4 (Dk + Dv + (top_k + 1) (Dk + Dv + 2)).
const Mechanism& mom();

}  // namespace lineament::sequence
