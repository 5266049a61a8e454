// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/beeswarm_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lineament::views {

std::vector<double> beeswarmOffsets(std::span<const double> values,
                                    std::span<const std::size_t> order) {
  std::vector<double> offsets(values.size(), 0.0);
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  constexpr int kBins = 100;
  std::vector<int> in_bin(kBins + 1, 0);
  double widest = 0;
  for (const std::size_t row : order) {
    if (!std::isfinite(values[row])) continue;
    // Half to even, as the reference rounds: 0.5 falls into bin 0, 1.5 into bin 2.
    const double bin = std::nearbyint(kBins * (values[row] - low) / (high - low + 1e-8));
    const int index = in_bin[static_cast<std::size_t>(std::clamp(bin, 0.0, double{kBins}))]++;
    const int steps = (index + 1) / 2;
    offsets[row] = index % 2 == 1 ? steps : -steps;
    widest = std::max(widest, offsets[row]);
  }
  const double scale = 0.9 * 0.4 / (widest + 1);
  for (double& offset : offsets) offset *= scale;
  return offsets;
}

double percentile(std::span<const double> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::pair<double, double> colourRange(std::span<const double> feature_values) {
  std::vector<double> sorted;
  sorted.reserve(feature_values.size());
  std::copy_if(feature_values.begin(), feature_values.end(), std::back_inserter(sorted),
               [](double value) { return std::isfinite(value); });
  constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  if (sorted.empty()) return {kNothing, kNothing};
  std::sort(sorted.begin(), sorted.end());
  for (const double share : {0.05, 0.01}) {
    const double low = percentile(sorted, share), high = percentile(sorted, 1 - share);
    if (low != high) return {low, high};
  }
  return {sorted.front(), sorted.back()};
}

}  // namespace lineament::views
