// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/explanation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lineament {

std::vector<double> meanAbsoluteValues(const Explanation& explanation) {
  std::vector<double> means(explanation.featureCount(), 0.0);
  const std::size_t rows = explanation.rows();
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t j = 0; j < means.size(); ++j) means[j] += std::abs(explanation.value(row, j));
  }
  for (double& mean : means) mean /= static_cast<double>(std::max<std::size_t>(rows, 1));
  return means;
}

std::vector<std::size_t> importanceOrder(const Explanation& explanation) {
  const std::vector<double> means = meanAbsoluteValues(explanation);
  std::vector<std::size_t> order(means.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return means[a] > means[b]; });
  return order;
}

Table explanationTable(const Explanation& explanation) {
  std::vector<Column> columns;
  const std::size_t rows = explanation.rows();
  for (std::size_t j = 0; j < explanation.featureCount(); ++j) {
    std::vector<double> values(rows);
    for (std::size_t row = 0; row < rows; ++row) values[row] = explanation.value(row, j);
    columns.emplace_back(explanation.features[j], std::move(values), SharedArray<std::uint8_t>{},
                         explanation.output_unit);
  }
  columns.emplace_back("base_value", std::vector<double>(rows, explanation.base_value));
  columns.emplace_back("prediction", explanation.predictions);
  return Table(std::move(columns));
}

}  // namespace lineament
