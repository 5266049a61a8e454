// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "core/data/raster.h"

namespace lineament::testing {

// 30 m pixels, north up, in UTM zone 39N as far as a test needs it.
inline RasterGrid gridOf(std::int64_t columns, std::int64_t rows) {
  RasterGrid grid;
  grid.columns = columns;
  grid.rows = rows;
  grid.transform = {706269, 30, 0, 3496063, 0, -30};
  return grid;
}

// Two bands of 3 x 2 pixels: 1 to 6, and 10 to 60 with one that is not there.
inline Raster twoBands() {
  RasterBand red, near;
  red.name = "B4";
  red.title = "Red";
  red.wavelength = 655;
  near.name = "B5";
  near.unit = "W";
  return Raster::of(gridOf(3, 2), {red, near},
                    std::vector<float>{1, 2, 3, 4, 5, 6, 10, 20, 30,
                                       std::numeric_limits<float>::quiet_NaN(), 50, 60});
}

// 4 x 4 labels: three classes and a corner without one.
inline Raster fourByFour() {
  RasterBand band;
  band.name = "label";
  return Raster::ofLabels(
      gridOf(4, 4), band,
      std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 1, 1, 2, 2, 1, 255},
      {{0, "Sand", {230, 200, 60}}, {1, "Clay", {120, 60, 20}}, {2, "Salt", {250, 250, 250}}});
}

}  // namespace lineament::testing
