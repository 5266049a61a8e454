// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// DeltaNet: the state is a memory trained online, which is corrected by the error of what it would
// have recalled (Schlag, Irie and Schmidhuber 2021, "Linear transformers are secretly fast weight
// programmers"; chunk form: Yang et al. 2024, "Parallelizing linear transformers with the delta
// rule over sequence length"). For each head, with S [key, value] and q, k, v as rows,
//   e_t = v_t - k_t S_{t-1},  S_t = S_{t-1} + beta_t k_t^T e_t,  o_t = scale q_t S_t
// so S_t = (I - beta_t k_t^T k_t) S_{t-1} + beta_t k_t^T v_t, with the eigenvalue 1 - beta_t
// |k_t|^2 along k_t. With beta up to 2 it reaches -1, which lets the state track parity and
// rotations (Grazzi et al. 2024, "Unlocking state-tracking in linear RNNs through negative
// eigenvalues"). The implied attention from no state is scale tril(Q K^T) (I + tril(diag(beta) K
// K^T, -1))^-1 diag(beta).
//
// Inputs q, k [batch, token, head, key], v [batch, token, head, value], beta [batch, token, head]
// in [0, 2]; beta |k|^2 over 2 is warned of. Options: `scale`, 0 for 1 / sqrt(key). State: S
// [batch, head, key, value].
//
// Floor, a token and head: flops 6 Dk Dv, and 2 C (Dk + Dv) inside chunks of C = 16 tokens; bytes
// 4 (2 Dk + 2 Dv + 1). Bound by arithmetic.
const Mechanism& deltanet();

}  // namespace lineament::sequence
