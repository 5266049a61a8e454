// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Causal softmax attention, the yardstick of all others (Vaswani et al. 2017, "Attention is all you
// need"), computed over tiles with a running maximum and sum (Milakov and Gimelshein 2018, "Online
// normalizer calculation for softmax"; Dao et al. 2022, "FlashAttention"):
//   s_ij = scale q_i . k_j,  p_ij = exp(s_ij - max) / sum,  o_i = sum_{j <= i} p_ij v_j
// Inputs q, k [batch, token, head, key], v [batch, token, head, value]. Options: `scale`, 0 for
// 1 / sqrt(key). State: every key and value so far, [token, batch, head, key + value].
//
// Floor: flops T (T + 1) (Dk + Dv) a head (the causal half of 2 T^2 (Dk + Dv)); bytes
// 4 T (2 Dk + 2 Dv). Bound by arithmetic from T of about 64 on.
const Mechanism& softmaxAttention();

}  // namespace lineament::sequence
