// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/context.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// What RWKV's layers make of a token and the one before it, rows [tokens, width].

// d_t = x_{t-1} - x_t; `last` [width] is the row before the first (empty: zeros), and the last one
// afterwards.
std::vector<float> stepsBack(const float* x, std::size_t tokens, std::size_t width,
                             std::vector<float>& last);

// x + d mu, mu [width] with `terms` of each token and channel beside it where they are given.
std::vector<float> interpolated(const float* x, const std::vector<float>& steps,
                                const std::vector<float>& mix, const std::vector<float>& terms);

std::vector<float> mapped(const WeightMatrix& map, const std::vector<float>& x,
                          const Context& context);

void hyperbolicTangent(std::vector<float>& x);

}  // namespace lineament::language
