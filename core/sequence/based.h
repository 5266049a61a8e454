// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// BASED (Arora et al. 2024, "Simple linear attention language models balance the recall-throughput
// tradeoff"): the exponential of softmax attention replaced by its second-order Taylor polynomial,
// which is linear attention over features, and exact softmax attention over a short window.
//   s_ij = q_i . k_j / sqrt(Dk),  w(s) = 1 + s + s^2 / 2 = f(q) . f(k)  (never below 1/2)
//   f(x) = [1, x_i, ..., x_i^2 / sqrt(2), ..., x_i x_j (i < j), ...] of x / Dk^(1/4):
//          1 + Dk + Dk (Dk + 1) / 2 features (153 at the published Dk = 16), the squares and
//          products as the rows of the upper triangle of x' x
// Option `branch`:
//   taylor  o_i = sum_{j <= i} w_ij v_j / (sum_{j <= i} w_ij + 1e-12): the published global layer
//   window  o_i = softmax of s_ij over j in [i - window, i]: the published local layer, whose
//           window_size of 128 is a window of 64 here (its kernel looks back half of it)
//   both    exp(s_ij) inside the window and w(s_ij) before it, under one denominator. The published
//           models never mix them in one layer; this is the polynomial where it must serve and
//           the exponential where it costs nothing.
// Inputs q, k [batch, token, head, key], v [batch, token, head, value], of keys rotated before the
// call where the model rotates them (only window layers do).
// State: S [batch, head, feature, value] and z [batch, head, feature] of the tokens that no window
// reaches any more (taylor: of all); cache [min(tokens, window), batch, head, key + value], the
// newest tokens' keys and values, oldest first.
//
// Floor of the Taylor branch: 4 F (Dv + 1) flops a token and head, bytes 8 (Dk + Dv); at Dk 16 and
// Dv 64 39.8 kflop to 640 bytes, so bound by arithmetic.
const Mechanism& basedAttention();

// f(x) for one vector, which is not scaled before.
std::vector<double> taylorFeatures(const double* x, std::int64_t width);

}  // namespace lineament::sequence
