// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/base/context.h"
#include "core/data/features.h"
#include "core/data/raster.h"

namespace lineament::spatial {

// A layer as a raster of classes on `grid`, one class for each value of `attribute`
// (classAttribute() where it is empty): pixels whose centres lie in an area, that a line runs
// through, or that hold a point. Where features overlap, the last one counts; others have no class.
// Classes have the colours of the layer's legend, and for whole numbers of 0 to 254 these as their
// values. The layer is brought to the grid's coordinate system; where one of the two has none,
// coordinates are taken as they are, with a warning.
//
// Throws Error "rasterize.attribute" where nothing tells the features apart, "rasterize.classes"
// for more than 255 classes on the grid, "rasterize.apart" where no pixel gets a class,
// "reproject.crs", "table.no_column".
Raster rasterize(const Features& features, const RasterGrid& grid, std::string_view attribute,
                 const Context& context);

}  // namespace lineament::spatial
