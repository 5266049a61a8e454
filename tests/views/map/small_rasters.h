// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/data/raster.h"

namespace lineament::views::testing {

inline const Crs kUtm{"PROJCRS[...]", "WGS 84 / UTM zone 39N", "m", false, 1};

inline RasterGrid utmGrid(std::int64_t columns, std::int64_t rows, double pixel = 30) {
  return {columns, rows, {499'000, pixel, 0, 3'001'000, 0, -pixel}, kUtm};
}

// Landsat 8's seven bands of reflectance, smooth hills with a lake that has no value at its corner.
inline Raster landsat(std::int64_t columns = 120, std::int64_t rows = 90) {
  const std::pair<const char*, double> known[] = {{"Coastal", 443}, {"Blue", 482}, {"Green", 561},
                                                  {"Red", 655},     {"NIR", 865},  {"SWIR 1", 1609},
                                                  {"SWIR 2", 2201}};
  std::vector<RasterBand> bands;
  std::vector<float> values;
  for (const auto& [title, nm] : known) {
    RasterBand band;
    band.name = "B" + std::to_string(bands.size() + 1);
    band.title = title;
    band.wavelength = nm;
    const auto phase = static_cast<float>(bands.size());
    bands.push_back(band);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        const float x = float(column) / float(columns), y = float(row) / float(rows);
        const bool none = x > 0.9f && y > 0.9f;
        const float hills = std::sin(9 * x + 0.4f * phase) * std::cos(7 * y - 0.3f * phase);
        values.push_back(none ? std::numeric_limits<float>::quiet_NaN()
                              : 0.1f + 0.02f * phase + 0.08f * hills);
      }
    }
  }
  return Raster::of(utmGrid(columns, rows), std::move(bands), std::move(values));
}

// Stripes of seven classes from left to right, the last tenth of the rows without a value.
inline Raster stripes(std::int64_t columns = 140, std::int64_t rows = 100, int classes = 7) {
  const char* const names[] = {"Basalt", "Claystone", "Dune sand",          "Water",
                               "Playa",  "Granite",   "Undivided sediments"};
  std::vector<RasterClass> known;
  for (int i = 0; i < classes; ++i) {
    const std::string name = i < 7 ? std::string(names[i]) : "Unit " + std::to_string(i + 1);
    known.push_back({i + 1, name, classColour(static_cast<std::size_t>(i))});
  }
  std::vector<std::uint8_t> labels;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const bool none = row >= rows - rows / 10;
      labels.push_back(none ? 255 : static_cast<std::uint8_t>(1 + column * classes / columns));
    }
  }
  RasterBand band;
  band.name = "label";
  return Raster::ofLabels(utmGrid(columns, rows), band, std::move(labels), std::move(known));
}

}  // namespace lineament::views::testing
