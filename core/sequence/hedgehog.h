// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Hedgehog (Zhang et al. 2024, "The Hedgehog & the Porcupine: Expressive linear attentions with
// softmax mimicry"): linear attention over learned features that are trained to weigh as softmax
// attention does (hedgehog_distillation.h).
//   o_i = sum_{j <= i} w_ij v_j / (sum_{j <= i} w_ij + 1e-12),  w_ij = f(q_i; Wq) . f(k_j; Wk)
// with f one of the forms of hedgehog_map.h, option `map`; scores are not scaled. In the form `exp`
// the features overflow in single precision beyond |z| of about 40.
// Inputs q, k [batch, token, head, key], v [batch, token, head, value], wq, wk [head, key,
// feature]; there are 2 * feature features. State: S [batch, head, 2 feature, value], z [batch,
// head, 2 feature].
//
// Floor with F = 2 * feature: flops a token and head 2 Dk F (two maps) + 4 F (Dv + 1), bytes
// 8 (Dk + Dv); beside them 2 F exponentials, which are most of the rest.
const Mechanism& hedgehogAttention();

}  // namespace lineament::sequence
