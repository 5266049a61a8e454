// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Causal linear attention (Katharopoulos et al. 2020, "Transformers are RNNs: Fast Autoregressive
// Transformers with Linear Attention", eqs. 18 to 20): a feature map phi takes the place of the
// exponential, so that the past is one matrix.
//   S_t = S_{t-1} + phi(k_t)' v_t,   z_t = z_{t-1} + phi(k_t)
//   o_t = scale phi(q_t) S_t,   divided by scale phi(q_t) . z_t + 1e-6 where it normalises
// Inputs q, k [batch, token, head, key], v [batch, token, head, value]. Options: `feature_map`
// (identity, relu, elu, elu_plus_one, swish), `normalise` (needs a map that is never negative) and
// `scale`, 1 unless said otherwise. State: S [batch, head, key, value] and, where it normalises, z
// [batch, head, key].
//
// Floor, forms and shares: diagonal_chunks.h.
const Mechanism& linearAttention();

}  // namespace lineament::sequence
