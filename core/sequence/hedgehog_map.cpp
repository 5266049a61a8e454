// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/hedgehog_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace lineament::sequence {

namespace {

// numbers = softmax(numbers)
void softmaxOf(std::span<double> numbers) {
  const double highest = *std::max_element(numbers.begin(), numbers.end());
  double sum = 0;
  for (double& x : numbers) sum += x = std::exp(x - highest);
  for (double& x : numbers) x /= sum;
}

// The gradient before a softmax from that behind it.
void pullSoftmax(std::span<const double> shares, std::span<double> gradient) {
  const double mean = std::inner_product(shares.begin(), shares.end(), gradient.begin(), 0.0);
  for (std::size_t i = 0; i < shares.size(); ++i) gradient[i] = shares[i] * (gradient[i] - mean);
}

}  // namespace

std::vector<double> HedgehogMap::projected(const double* x) const {
  std::vector<double> z(static_cast<std::size_t>(columns));
  for (std::int64_t i = 0; i < inputs; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      z[static_cast<std::size_t>(j)] += x[i] * weights[i * columns + j];
    }
  }
  return z;
}

std::vector<double> HedgehogMap::operator()(const double* x) const {
  std::vector<double> features = projected(x);
  const std::size_t half = features.size();
  const auto [lowest, highest] = std::minmax_element(features.begin(), features.end());
  const double low = *lowest, high = *highest;
  const double factor = form == HedgehogForm::softmax_joint ? 2 : 1;
  for (double& z : features) z *= factor;
  for (std::size_t i = 0; i < half; ++i) features.push_back(-features[i]);
  const std::span<double> all(features);
  switch (form) {
    case HedgehogForm::softmax_halves:
      softmaxOf(all.first(half));
      softmaxOf(all.last(half));
      break;
    case HedgehogForm::softmax_joint:
      softmaxOf(all);
      return features;
    case HedgehogForm::exp_shifted:
      for (std::size_t i = 0; i < half; ++i) {
        features[half + i] = std::exp(features[half + i] + low);
        features[i] = std::exp(features[i] - high);
      }
      break;
    case HedgehogForm::exp:
      for (double& x_i : features) x_i = std::exp(x_i);
      return features;
  }
  for (double& feature : features) feature = std::max(feature, kHedgehogLeast);
  return features;
}

void HedgehogMap::pull(const double* x, const double* above, double* input_gradient,
                       double* weight_gradient) const {
  const std::vector<double> features = (*this)(x);
  const auto half = static_cast<std::size_t>(columns);
  std::vector<double> slopes(above, above + features.size());
  const std::span<double> all(slopes);
  const std::span<const double> shares(features);
  if (form == HedgehogForm::softmax_halves || form == HedgehogForm::exp_shifted) {
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      if (features[i] <= kHedgehogLeast) slopes[i] = 0;
    }
  }
  if (form == HedgehogForm::softmax_halves) {
    pullSoftmax(shares.first(half), all.first(half));
    pullSoftmax(shares.last(half), all.last(half));
  } else if (form == HedgehogForm::softmax_joint) {
    pullSoftmax(shares, all);
    for (double& slope : slopes) slope *= 2;
  } else {
    for (std::size_t i = 0; i < slopes.size(); ++i) slopes[i] *= features[i];
  }
  std::vector<double> gradient(half);  // by z
  for (std::size_t i = 0; i < half; ++i) gradient[i] = slopes[i] - slopes[half + i];
  if (form == HedgehogForm::exp_shifted) {
    const std::vector<double> z = projected(x);
    const auto lowest = std::min_element(z.begin(), z.end());
    const auto highest = std::max_element(z.begin(), z.end());
    gradient[static_cast<std::size_t>(highest - z.begin())] -=
        std::accumulate(slopes.begin(), slopes.begin() + columns, 0.0);
    gradient[static_cast<std::size_t>(lowest - z.begin())] +=
        std::accumulate(slopes.begin() + columns, slopes.end(), 0.0);
  }
  for (std::int64_t i = 0; i < inputs; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      const double slope = gradient[static_cast<std::size_t>(j)];
      if (input_gradient) input_gradient[i] += slope * weights[i * columns + j];
      if (weight_gradient) weight_gradient[i * columns + j] += slope * x[i];
    }
  }
}

}  // namespace lineament::sequence
