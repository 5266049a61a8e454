// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/waterfall_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lineament::views {

WaterfallLayout waterfallLayout(std::span<const double> values, double base,
                                std::size_t most_bars) {
  const auto valueOf = [&](std::size_t i) { return std::isnan(values[i]) ? 0.0 : values[i]; };
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(valueOf(a)) > std::abs(valueOf(b));
  });

  WaterfallLayout layout;
  layout.base = base;
  layout.prediction = base;
  for (const std::size_t feature : order) layout.prediction += valueOf(feature);

  most_bars = std::max<std::size_t>(most_bars, 1);
  const std::size_t single = order.size() > most_bars ? most_bars - 1 : order.size();
  double at = layout.prediction;
  for (std::size_t i = 0; i < single; ++i) {
    const double next = at - valueOf(order[i]);
    layout.bars.push_back({{order[i]}, next, at});
    at = next;
  }
  if (single < order.size()) {
    layout.bars.push_back(
        {{order.begin() + static_cast<std::ptrdiff_t>(single), order.end()}, base, at});
  } else if (!layout.bars.empty()) {
    layout.bars.back().from = base;  // without the last digit of rounding
  }
  return layout;
}

}  // namespace lineament::views
