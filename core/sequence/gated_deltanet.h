// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Gated DeltaNet (Yang, Kautz and Hatamizadeh 2024, "Gated delta networks: improving Mamba2 with
// the delta rule"): the delta rule on a state that decays first. For each head, with the scalar log
// decay g_t <= 0,
//   Sb = exp(g_t) S_{t-1},  S_t = Sb + beta_t k_t^T (v_t - k_t Sb),  o_t = scale q_t S_t
// Inputs, options and state as of DeltaNet (deltanet.h), and g [batch, token, head] from minus
// infinity to 0. The implied attention is DeltaNet's with both products of keys multiplied by
// exp(G_t - G_s), G the sum of g up to a token.
//
// Floor, a token and head: flops of DeltaNet, bytes 4 (2 Dk + 2 Dv + 2). Bound by arithmetic.
const Mechanism& gatedDeltanet();

}  // namespace lineament::sequence
