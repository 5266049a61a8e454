// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/attributions.h"

#include <cmath>

namespace lineament::explain {

namespace {

constexpr ErrorText kWidth{"explain.width", "Explain a model",
                           "the model has {expected} features, {found}", "",
                           "Use tables with the columns the model was fitted on"};
constexpr ErrorText kOutputs{"explain.outputs", "Explain a model",
                             "one output is expected, the model has {found}", "",
                             "Choose a model with one output"};

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

std::vector<std::uint32_t> varyingFeatures(const double* row, const Background& background) {
  std::vector<std::uint32_t> varying;
  for (std::size_t j = 0; j < background.width; ++j) {
    for (std::size_t k = 0; k < background.count(); ++k) {
      if (same(row[j], background.row(k)[j])) continue;
      varying.push_back(static_cast<std::uint32_t>(j));
      break;
    }
  }
  return varying;
}

void checkShapes(const Predictor& predictor, const Background& background,
                 std::span<const double> rows) {
  const std::size_t width = predictor.featureCount();
  if (predictor.outputCount() != 1) {
    throw Error::usage(kOutputs, {{"found", predictor.outputCount()}});
  }
  if (background.width != width) {
    throw Error::usage(kWidth, {{"expected", width},
                                {"found", fmt::format("the background {}", background.width)}});
  }
  if (width == 0 || rows.size() % width != 0) {
    throw Error::usage(
        kWidth, {{"expected", width},
                 {"found", fmt::format("{} numbers are no whole rows of them", rows.size())}});
  }
}

double weightedMean(const Background& background, std::span<const double> outputs) {
  double mean = 0;
  for (std::size_t k = 0; k < background.count(); ++k) mean += background.weights[k] * outputs[k];
  return mean;
}

}  // namespace lineament::explain
