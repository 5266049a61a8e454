// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/mlp_rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kTooFew{"mlp.too_few_rows", "Train a network on {rows} rows",
                            "at least {least} are needed, some of them held out", "",
                            "Add rows, or choose a linear model"};
constexpr ErrorText kNotFinite{"mlp.not_finite", "Train a network",
                               "'{name}' is not a finite number", "row {row}",
                               "Leave out rows with missing or infinite values"};
constexpr std::size_t kLeastRows = 4;

template <class Number>
Moments momentsOf(const std::vector<std::size_t>& rows, const Number& number) {
  const double count = static_cast<double>(rows.size());
  double sum = 0;
  for (const std::size_t row : rows) sum += number(row);
  const double mean = sum / count;
  double squares = 0;
  for (const std::size_t row : rows) squares += (number(row) - mean) * (number(row) - mean);
  const double deviation = std::sqrt(squares / count);
  // Below this it is the rounding of the mean, not a spread.
  const bool constant = !(deviation > 1e-12 * std::abs(mean));
  return {mean, constant ? 1 : deviation};
}

}  // namespace

void checkFinite(const std::vector<Feature>& features, const std::string& target,
                 const FitRows& rows) {
  for (std::size_t i = 0; i < rows.targets.size(); ++i) {
    for (std::size_t j = 0; j < rows.width; ++j) {
      if (!std::isfinite(rows.row(i)[j])) {
        throw Error(kNotFinite, {{"name", features[j].name}, {"row", i + 1}});
      }
    }
    if (!std::isfinite(rows.targets[i])) {
      throw Error(kNotFinite, {{"name", target}, {"row", i + 1}});
    }
  }
}

void splitRows(FitRows& rows, double validation_share, Random random) {
  const std::size_t count = rows.targets.size();
  if (count < kLeastRows) throw Error(kTooFew, {{"rows", count}, {"least", kLeastRows}});
  const double wanted = std::round(validation_share * static_cast<double>(count));
  std::size_t held_out = static_cast<std::size_t>(wanted);
  if (validation_share > 0) held_out = std::clamp<std::size_t>(held_out, 1, count - 2);
  const std::vector<std::size_t> order = random.permutation(count);
  const auto border = order.begin() + static_cast<std::ptrdiff_t>(held_out);
  rows.validation.assign(order.begin(), border);
  rows.training.assign(border, order.end());
  // Only the shuffling of epochs decides the order, not this draw.
  std::sort(rows.validation.begin(), rows.validation.end());
  std::sort(rows.training.begin(), rows.training.end());
}

InputEncoding encodingOf(const std::vector<Feature>& features, const FitRows& rows) {
  std::vector<double> mean, scale;
  for (std::size_t j = 0; j < features.size(); ++j) {
    const Moments moments =
        features[j].categorical()
            ? Moments{}
            : momentsOf(rows.training, [&](std::size_t row) { return rows.row(row)[j]; });
    mean.push_back(moments.mean);
    scale.push_back(moments.scale);
  }
  return InputEncoding(features, std::move(mean), std::move(scale));
}

Moments targetMoments(const FitRows& rows) {
  return momentsOf(rows.training, [&](std::size_t row) { return rows.targets[row]; });
}

}  // namespace lineament::nets
