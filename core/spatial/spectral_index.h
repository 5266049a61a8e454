// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data/raster.h"

namespace lineament::spatial {

// The ratios that geologists look at first (Sabins, 1999, Remote sensing for mineral exploration;
// van der Meer and others, 2014; Rouse and others, 1974, for the NDVI).
struct SpectralIndex {
  std::string_view id;     // "iron-oxide"
  std::string_view title;  // "Iron oxide (ferric iron)"
  std::string_view help;
  // Over {blue}, {green}, {red}, {nir}, {swir1}, {swir2}; the first of `forms` whose bands are all
  // there is taken.
  std::vector<std::string_view> forms;
};
const std::vector<SpectralIndex>& spectralIndices();

// The index as a formula over the bands of the raster, found by their wavelengths. Throws Error
// "index.bands" when a band it needs is missing, and (usage) "index.unknown".
std::string formulaOf(std::string_view index, const std::vector<RasterBand>& bands);

}  // namespace lineament::spatial
