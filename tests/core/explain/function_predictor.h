// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "core/base/random.h"
#include "core/data/query.h"

// A model that is any function of a row.
class FunctionPredictor : public lineament::Predictor {
 public:
  using Function = std::function<double(const double* row)>;
  FunctionPredictor(std::size_t features, Function f) : features_(features), f_(std::move(f)) {}

  std::size_t featureCount() const override { return features_; }
  std::size_t outputCount() const override { return 1; }
  void predict(std::span<const double> rows, std::span<double> outputs,
               const lineament::Context& context) const override {
    if (context.stopRequested()) throw lineament::Cancelled{};
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = f_(&rows[i * features_]);
  }

 private:
  std::size_t features_;
  Function f_;
};

// A seeded model with interactions of all orders: sum over units of c tanh(w x + b).
inline FunctionPredictor randomModel(std::size_t features, std::uint64_t seed) {
  lineament::Random random(seed);
  const std::size_t units = 6;
  std::vector<double> weights;
  for (std::size_t i = 0; i < units * (features + 2); ++i) weights.push_back(random.normal());
  return FunctionPredictor(features, [=](const double* row) {
    double sum = 0.5;
    for (std::size_t u = 0; u < units; ++u) {
      const double* w = weights.data() + u * (features + 2);
      double inner = w[0];
      for (std::size_t j = 0; j < features; ++j) inner += w[j + 2] * row[j];
      sum += w[1] * std::tanh(inner);
    }
    return sum;
  });
}

inline std::vector<double> randomRows(std::size_t rows, std::size_t width, std::uint64_t seed) {
  lineament::Random random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < rows * width; ++i) values.push_back(random.normal());
  return values;
}

// f = x1 x2 + 2 x3 - x1 x3, whose values are worked out in the methods document.
inline FunctionPredictor workedModel() {
  return FunctionPredictor(3, [](const double* x) { return x[0] * x[1] + 2 * x[2] - x[0] * x[2]; });
}
