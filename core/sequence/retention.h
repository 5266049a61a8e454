// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Retention (Sun et al. 2023, "Retentive Network: A Successor to Transformer for Large Language
// Models", eqs. 6 and 8), without its rotation of queries and keys and without the norm behind it:
// each head forgets at a fixed rate.
//   S_t = gamma_h S_{t-1} + k_t' v_t,   o_t = scale q_t S_t,   gamma_h = 1 - 2^(-5 - h)
// Inputs q, k [batch, token, head, key], v [batch, token, head, value] and, in place of the
// published rates, g [head], the natural log of gamma. Options: `scale`, 0 for 1 / sqrt(key).
// State: S [batch, head, key, value].
//
// Floor, forms and shares: diagonal_chunks.h.
const Mechanism& retention();

}  // namespace lineament::sequence
