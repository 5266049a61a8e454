// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// SOFT, softmax-free attention (Lu et al. 2021, "SOFT: Softmax-free transformer with linear
// complexity"; Lu et al. 2024, "Softmax-free linear transformers"): a Gaussian kernel factored
// through a few landmarks after Nystrom. Queries and keys are the same, of scale c = Dk^(-1/4):
//   K1_ij = exp(-|c q_i - l_j|^2 / 2) [token, landmark],  K2_ij = exp(-|l_i - l_j|^2 / 2)
//   o = K1 W (K1' v),  W = the Newton-Raphson inverse of K2:
//   P = K2 + ridge I,  W_0 = factor * 2 / (largest row sum of K2)^2 * P,  W <- 2 W - W P W
// 20 times, with factor 0.9 and ridge 0.01, as the published models were trained: where K2 is close
// to singular this has not converged, and a true inverse would be another model. Rows of
// K1 W K1' are not normalised. Every token sees all others.
//
// Backward goes through the iteration (option inverse_gradient=iteration). The published code takes
// W for the exact inverse of K2, dK2 = -W' dW W'; inverse_gradient=exact does the same, which is
// not the gradient of this function while the iteration has not converged, and never that of the
// ridge's part.
//
// Inputs q [batch, token, head, key], l [batch, landmark, head, key] as the layer's convolution,
// norm and GELU leave them (made from c q, so they are not scaled here), v [batch, token, head,
// value]. The depthwise convolution of v that the layer adds belongs to the layer. No state.
//
// Floor with M landmarks: flops a head T M (2 Dk + 4 Dv) + 4 iterations M^3, bytes
// 4 T (Dk + 2 Dv).
const Mechanism& softAttention();

// W of a [size, size] row-major matrix, as above.
std::vector<double> newtonInverse(const std::vector<double>& matrix, std::int64_t size,
                                  int iterations = 20, double ridge = 0.01, double factor = 0.9);

}  // namespace lineament::sequence
