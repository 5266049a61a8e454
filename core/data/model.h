// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/query.h"
#include "core/data/table.h"
#include "core/data/tensor.h"

namespace lineament {

// How one column of a table becomes numbers for a model. Numeric columns pass through; the levels
// of a text column become their index in `levels`, and the model itself expands that index where
// it wants indicator variables. Both keep one feature per column, so that an explanation speaks of
// the columns people know.
struct Feature {
  std::string name;
  std::string unit;
  std::vector<std::string> levels;  // empty: numeric

  bool categorical() const { return !levels.empty(); }
};

// A fitted predictor as data: all that is needed to predict again and to say what it is. The
// numbers lie in `tensors`, everything else in `configuration`, whose meaning `type` and `version`
// fix ("ols", "ridge", "mlp"). `predictor` is bound by whoever made or loaded the model.
struct Model {
  std::string type;
  int version = 1;
  std::vector<Feature> features;
  std::string target;
  std::string target_unit;
  nlohmann::json configuration = nlohmann::json::object();
  std::map<std::string, Tensor> tensors;
  std::shared_ptr<const Predictor> predictor;
};

// The model's features from a table as a row-major matrix, rows x features, in double precision.
// Columns are found by name; where none of the names is there but the table has exactly as many
// numeric columns, they are taken in order and the log says so. Missing values become NaN, levels
// the model has not seen become NaN. Throws Error "model.columns" naming what is missing.
std::vector<double> featureMatrix(const Model& model, const Table& table, const Context& context);

// The text columns' levels in order of first appearance, numeric columns as they are.
std::vector<Feature> featuresOf(const Table& table, const std::vector<std::string>& columns);

}  // namespace lineament
