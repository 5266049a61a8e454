// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/data/raster.h"

namespace lineament {

// Bands that say of each pixel how good it is, in bits or classes that cannot be averaged.
enum class QualityBand {
  none,
  landsat,   // "QA_PIXEL" of Landsat Collection 2: bits
  sentinel2  // "SCL", the scene classification of Sentinel-2 level 2A: classes
};
QualityBand qualityBandOf(std::string_view band_name);

// Whether a pixel of that quality is to be left out: no data, saturated, under a cloud or near one,
// or in a cloud's shadow. For Landsat bits 0 to 4 (USGS, Landsat 8-9 Collection 2 Level 2 Science
// Product Guide); for Sentinel-2 classes 0, 1, 3, 8, 9 and 10 (ESA, Sentinel-2 Level-2A Algorithm
// Theoretical Basis Document). NaN is left out.
bool hidesGround(QualityBand kind, float value);

// The other bands, without a value where a quality band hides the ground; `raster` itself where it
// has no quality band, or nothing else.
Raster withoutClouds(const Raster& raster);

}  // namespace lineament
