// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The state of RWKV-7 (Peng et al. 2025, "RWKV-7 'Goose' with expressive dynamic state evolution",
// section 4.1): a delta rule with a decay, a rate and a key of removal for each channel of the key.
// The paper's state is the transposed of ours:
//   wkv_t = wkv_{t-1} (diag(w_t) - kappa_t^T (a_t * kappa_t)) + v_t^T k_t,  o_t = r_t wkv_t^T
// For each head, with S = wkv^T [key, value], the log decays g_t = log w_t, and q for the paper's
// r,
//   u_t = kappa_t S_{t-1},  S_t = diag(exp(g_t)) S_{t-1} - (a_t * kappa_t)^T u_t + k_t^T v_t
//   o_t = scale q_t S_t
// The removal reads the state before the token's own decay. The implementation of the paper's
// authors (BlinkDL/RWKV-LM, RWKV-v7) computes the same with -kappa and a * kappa as two vectors.
//
// Inputs q, k, g, kappa, a [batch, token, head, key], v [batch, token, head, value]; kappa of unit
// length, a in [0, 1], g from minus infinity to 0 (the published layer has g in (-exp(-1/2), 0)).
// Options: `scale` (1). State: S [batch, head, key, value].
//
// Fast form: the chunk of delta_chunks-inl.h with reads kappa_t exp(G_{t-1}) and q_t exp(G_t),
// writes a_i kappa_i and k_i times exp(G_C - G_i), G the cumulative g inside the chunk. The
// products between tokens need exp(G_t) and exp(-G_i) apart; both are taken from the chunk's first
// token on, and a chunk ends before a channel decays by more than 30 nats, so neither leaves single
// precision. A token that forgets all is then the first of a chunk, where only exp(G) is needed.
//
// Floor, a token and head: flops 8 Dk Dv, and 4 C (Dk + Dv) inside chunks of C = 16 tokens; bytes
// 4 (5 Dk + 2 Dv). Bound by arithmetic.
const Mechanism& rwkv7();

}  // namespace lineament::sequence
