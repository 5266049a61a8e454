// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/query.h"
#include "core/explain/background.h"

namespace lineament::explain {

// SHAP values of explained rows: base_value + sum over features of values(row, .) = f(row).
struct Attributions {
  std::vector<double> values;    // row-major, rows x features, in the output's unit
  double base_value = 0;         // weighted mean of f over the background
  std::uint64_t model_rows = 0;  // how many rows the model was asked for
};

// The features in which `row` differs from at least one row of the background; the others have
// the value 0. Equality is exact (and NaN equals NaN): a tolerance would bury small effects and
// break additivity.
std::vector<std::uint32_t> varyingFeatures(const double* row, const Background& background);

// Checks that a predictor, a background and rows have the same width and one output. Throws Error
// (usage) "explain.width", "explain.outputs".
void checkShapes(const Predictor& predictor, const Background& background,
                 std::span<const double> rows);

// sum over k of w_k f_k
double weightedMean(const Background& background, std::span<const double> outputs);

}  // namespace lineament::explain
