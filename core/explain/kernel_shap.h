// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "core/explain/attributions.h"

namespace lineament::explain {

// Kernel SHAP (Lundberg and Lee, 2017, "A unified approach to interpreting model predictions"):
// Shapley values as the weighted least squares fit of an additive game to v(S) of sampled
// coalitions, held to sum to f(x) - base. `samples` coalitions per row, 0: 2 M + 2048; with all of
// them it gives the exact values. Rows that vary in equally many features share their coalitions
// (drawn from the context's seed) and the factored regression, so that a row costs one small matrix
// product beside the model. Throws Error (usage) "explain.samples" when there are fewer samples
// than features, and what checkShapes and playGames throw.
Attributions kernelShap(const Predictor& predictor, const Background& background,
                        std::span<const double> rows, std::size_t samples, const Context& context);

}  // namespace lineament::explain
