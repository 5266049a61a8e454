// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/scores.h"

#include <cmath>
#include <limits>

namespace lineament {

Scores scoresOf(std::span<const double> measured, std::span<const double> predicted) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (measured.empty()) return {kNaN, kNaN, kNaN};
  const auto n = static_cast<double>(measured.size());
  double mean = 0;
  for (const double value : measured) mean += value / n;
  double absolute = 0, squares = 0, spread = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const double error = measured[i] - predicted[i];
    absolute += std::abs(error);
    squares += error * error;
    spread += (measured[i] - mean) * (measured[i] - mean);
  }
  return {spread > 0 ? 1 - squares / spread : kNaN, absolute / n, std::sqrt(squares / n)};
}

}  // namespace lineament
