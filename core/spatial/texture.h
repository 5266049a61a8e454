// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "core/data/raster.h"

namespace lineament::spatial {

// What a square window around a pixel is like, after Haralick, Shanmugam and Dinstein (1973),
// Textural features for image classification, as far as the order of the pixels does not matter.
enum class WindowStatistic {
  mean,
  deviation,  // of the population: 0 where all are the same
  range       // largest less smallest
};
std::string_view name(WindowStatistic statistic);  // "mean", ...

// The bands of a raster, and behind them the statistics of each of them, named "B4 deviation 5x5",
// in single precision. Windows are `side` pixels wide, an odd number, cut off at the raster's edge;
// pixels without a value do not count, and have no texture. Sums are taken in double precision and
// do not depend on the windows that are read. Read at a smaller size, a cell has the texture of the
// pixel in its middle.
Raster withTexture(const Raster& raster, const std::vector<WindowStatistic>& statistics,
                   std::int64_t side);

}  // namespace lineament::spatial
