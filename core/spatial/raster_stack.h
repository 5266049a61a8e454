// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/context.h"
#include "core/data/raster.h"

namespace lineament::spatial {

enum class Resampling { nearest, bilinear };

// The bands of several rasters of one scene on one grid: that of the raster with the smallest
// pixels, cut to what all of them cover. Bands of other resolutions are sampled at the pixels'
// centres as they are read, quality bands always from the nearest pixel. One raster is its own
// stack. A raster without a place of its own is laid on one of the same size, with a warning. Those
// of other coordinate systems than the first's are reprojected to that as they are read: each
// pixel's centre is looked up in them by itself, so that the values do not depend on the blocks
// that are read; the run's log says so. Throws Error "stack.crs" where there is no way between
// coordinate systems, "stack.apart" where nothing is covered by all, "stack.classes" for
// categories.
Raster stack(const std::vector<Raster>& rasters, Resampling resampling, const Context& context);

// A raster in another coordinate system, on a grid of about as many pixels around it that is
// parallel to that system's axes: looked up pixel by pixel as it is read, classes from the nearest
// pixel, other values from four. Throws Error "reproject.raster" where there is no way between the
// two.
Raster reprojected(const Raster& raster, const Crs& to);

}  // namespace lineament::spatial
