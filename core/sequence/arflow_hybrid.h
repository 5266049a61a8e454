// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// ARFlow's hybrid attention (Hui et al. 2025, "ARFlow: Autogressive flow with hybrid linear
// attention"): the sequence is one image after the other, `chunk` tokens each; inside an image
// softmax attention without a mask, across images linear attention with one decay an image. With
// keys scaled by 1 / sqrt(Dk) (option `scale`) and c the chunk of token i:
//   inner_i = softmax over j in c of (q_i . k_j) v_j
//   cross_i = exp(sum of g_m, m <= i, m in c) q_i S_c,  S_1 = 0
//   S_{c+1} = exp(mean of g over c) S_c + sum over j in c of k_j' v_j
//   o_i = inner_i + cross_i
// The norm and the gate that follow belong to the layer. Inputs q, k [batch, token, head, key], v
// [batch, token, head, value], g [batch, token, head]. State: S [batch, head, key, value].
//
// Block-causal: a token sees all of its own chunk. A call begins a chunk, and its last chunk may be
// short; a sequence cut at chunks gives the same as one call.
//
// Floor, C = chunk: flops a token and head 2 C (Dk + Dv) + 4 Dk Dv, bytes 8 (Dk + Dv) + 4.
const Mechanism& arflowHybridAttention();

}  // namespace lineament::sequence
