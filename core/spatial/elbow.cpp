// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/elbow.h"

#include <algorithm>

namespace lineament::spatial {

std::optional<std::size_t> elbowOf(std::span<const double> x, std::span<const double> y) {
  if (x.size() < 3) return std::nullopt;
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  const double width = x.back() - x.front(), height = *high - *low;
  if (!(width > 0) || !(height > 0)) return std::nullopt;
  const auto scaled = [&](std::size_t i) { return (y[i] - *low) / height; };
  std::optional<std::size_t> best;
  double deepest = 1e-9;  // rounding is no bend
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    const double along = (x[i] - x.front()) / width;
    const double chord = scaled(0) + along * (scaled(x.size() - 1) - scaled(0));
    if (chord - scaled(i) > deepest) {
      deepest = chord - scaled(i);
      best = i;
    }
  }
  return best;
}

}  // namespace lineament::spatial
