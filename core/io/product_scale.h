// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/data/raster.h"

namespace lineament::io {

// From stored numbers to what they stand for: value = scale * stored + offset; `nodata` is stored
// where there is none.
struct ProductScale {
  double scale, offset;
  double nodata;
  std::string_view unit;
};

// What agencies' products are scaled by, as far as the names of the file and of the folders it lies
// in say so:
//   Landsat Collection 2 level 2, surface reflectance ("LC08_L2SP_..._SR_B4"): 2.75e-5 n - 0.2, and
//   temperature ("..._ST_B10"): 0.00341802 n + 149 K (USGS, Landsat 8-9 Collection 2 Level 2
//   Science Product Guide);
//   Sentinel-2, where a name has the processing baseline ("..._N0400_..."): n / 10000, less 0.1
//   from baseline 04.00 on (ESA, Sentinel-2 Products Specification Document);
//   ASTER surface reflectance ("AST_07XT_..."): 0.001 n (LP DAAC, AST_07XT).
// Nothing for other files, and for bands that are no measurements ("SCL", "QA_PIXEL").
std::optional<ProductScale> productScaleOf(const std::filesystem::path& file,
                                           std::string_view band_name);

// Scales the bands of whole numbers that have no scale of their own.
void scaleBands(std::vector<RasterBand>& bands, const std::filesystem::path& file);

}  // namespace lineament::io
