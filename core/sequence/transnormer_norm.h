// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// NormAttention of TransNormer (Qin et al. 2022, "The Devil in Linear Transformer", section 4.1):
// linear attention without a denominator, whose output is normalised over the width of all heads.
//   S_t = S_{t-1} + phi(k_t)' v_t,   u_t = phi(q_t) S_t for each head
//   o_t = u_t / r_t,   r_t = |u_t of all heads| / sqrt(heads value) + 1e-8
// Inputs q, k [batch, token, head, key], v [batch, token, head, value]. Options: `feature_map`, elu
// in the paper's T1 and elu_plus_one in its T2. State: S [batch, head, key, value]. With bfloat16
// storage u is rounded before it is normalised.
//
// Implied attention: A[t, s] = phi(q_t) . phi(k_s) / r_t, r_t being the same for every head.
// Floor, forms and shares: diagonal_chunks.h; the norm reads and writes the output once more.
const Mechanism& transNormerNorm();

}  // namespace lineament::sequence
