// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/data/model.h"
#include "core/explain/attributions.h"

namespace lineament::explain {

// The exact SHAP values of a linear model (type "ols" or "ridge") with features taken one by one
// from the background (interventional): phi_j = effect_j(x_j) - mean of effect_j over the
// background, which is beta_j (x_j - mean_j) for a numeric feature. Throws Error
// "linear.malformed", "explain.not_finite" and what checkShapes throws.
Attributions linearShap(const Model& model, const Background& background,
                        std::span<const double> rows, const Context& context);

}  // namespace lineament::explain
