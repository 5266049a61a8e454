// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lineament::views {

// One arrow of a waterfall, from `from` to `to` on the output's axis.
struct WaterfallBar {
  std::vector<std::size_t> features;  // one, or those that are summed in the last bar
  double from = 0;
  double to = 0;

  double value() const { return to - from; }
  bool others() const { return features.size() > 1; }
};

struct WaterfallLayout {
  double base = 0;
  double prediction = 0;           // base + the sum of the values
  std::vector<WaterfallBar> bars;  // from top to bottom
};

// Bars by descending |value|, the largest on top, walking down from the prediction: each bar ends
// where the one above it begins, and the last one begins at the base. With more features than
// `most_bars` (at least 1) the last bar holds the sum of the remaining ones. NaN counts as 0.
WaterfallLayout waterfallLayout(std::span<const double> values, double base, std::size_t most_bars);

}  // namespace lineament::views
