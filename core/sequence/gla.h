// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Gated linear attention (Yang et al. 2024, "Gated Linear Attention Transformers with
// Hardware-Efficient Training", eq. 3 with the value-side gate at 1): every key channel forgets at
// a rate of its own that depends on the token.
//   S_t = diag(exp g_t) S_{t-1} + k_t' v_t,   o_t = scale q_t S_t
// Inputs q, k, g [batch, token, head, key], v [batch, token, head, value]; g <= 0 is the natural
// log of the gate, minus infinity forgets all. Options: `scale`, 0 for 1 / sqrt(key). State: S
// [batch, head, key, value].
//
// Floor, forms and shares: diagonal_chunks.h.
const Mechanism& gatedLinearAttention();

}  // namespace lineament::sequence
