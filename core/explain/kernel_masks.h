// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/explain/coalitions.h"

namespace lineament::explain {

// Coalitions with their weights in the regression of Kernel SHAP.
struct KernelMasks {
  Coalitions coalitions;
  std::vector<double> weights;  // they sum to 1
  std::size_t enumerated = 0;   // the first of them: whole sizes, not drawn
};

// The budget that 0 stands for, 2 M + 2048, and never more than there are proper subsets.
std::size_t kernelBudget(std::size_t players, std::size_t wished);

// Coalitions of `players` (at least 2) within the budget of `samples`. Whole sizes s, with their
// complements M - s, are enumerated from the outside in while the budget lasts; the rest is drawn
// in pairs of a coalition and its complement. A size carries the weight of the Shapley kernel,
// (M - 1) / (s (M - s)), shared by its coalitions (Lundberg and Lee, 2017, theorem 2; Covert and
// Lee, 2021, "Improving KernelSHAP: practical Shapley value estimation using linear regression").
KernelMasks kernelMasks(std::size_t players, std::size_t samples, std::uint64_t seed);

}  // namespace lineament::explain
