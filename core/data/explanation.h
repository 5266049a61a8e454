// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data/shared_array.h"
#include "core/data/table.h"

namespace lineament {

// Additive attributions of a model's outputs to its features, as SHAP makes them:
// base_value + sum over features of values(row, .) = prediction(row).
struct Explanation {
  std::string method;       // "exact", "kernel", "linear", ...
  std::string output_name;  // what is explained, "PPV"
  std::string output_unit;
  std::vector<std::string> features;
  double base_value = 0;            // E[f(X)] over the background
  SharedArray<double> values;       // rows x features, row-major, in the output's unit
  SharedArray<double> predictions;  // rows; f(x), computed independently of `values`
  Table data;  // the explained rows: one column per feature, as people know them
  SharedArray<std::uint64_t>
      source_rows;  // which rows of the explained table; empty: all, in order
  // max |base + sum of values - f(x)| / range of f over the explained rows.
  double additivity_error = 0;

  std::size_t rows() const { return predictions.size(); }
  std::size_t featureCount() const { return features.size(); }
  double value(std::size_t row, std::size_t feature) const {
    return values[row * features.size() + feature];
  }
};

// mean |value| of each feature over the rows.
std::vector<double> meanAbsoluteValues(const Explanation& explanation);

// Features by descending mean |value|; ties in the order of the columns.
std::vector<std::size_t> importanceOrder(const Explanation& explanation);

// One row per explained row: the features' SHAP values, then base_value and prediction.
Table explanationTable(const Explanation& explanation);

}  // namespace lineament
