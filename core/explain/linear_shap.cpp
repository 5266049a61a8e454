// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/linear_shap.h"

#include "core/base/parallel.h"
#include "core/explain/coalitions.h"
#include "core/linear/linear_model.h"

namespace lineament::explain {

namespace {

constexpr std::size_t kRowBlock = 4096;

}  // namespace

Attributions linearShap(const Model& model, const Background& background,
                        std::span<const double> rows, const Context& context) {
  const linear::LinearEffects effects(model);
  const auto predictor = linear::linearPredictor(model);
  checkShapes(*predictor, background, rows);
  const std::size_t width = background.width, count = rows.size() / width;
  predictions(*predictor, rows, context);  // says which row has no finite prediction
  std::vector<double> means(width, 0.0);
  Attributions result{std::vector<double>(rows.size()), effects.intercept(),
                      count + background.count()};
  for (std::size_t j = 0; j < width; ++j) {
    for (std::size_t k = 0; k < background.count(); ++k) {
      means[j] += background.weights[k] * effects.effect(j, background.row(k)[j]);
    }
    result.base_value += means[j];
  }
  forBlocks(count, kRowBlock, context, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin * width; i < end * width; ++i) {
      result.values[i] = effects.effect(i % width, rows[i]) - means[i % width];
    }
  });
  return result;
}

}  // namespace lineament::explain
