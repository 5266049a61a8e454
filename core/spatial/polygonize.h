// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/data/features.h"
#include "core/data/raster.h"

namespace lineament::spatial {

// The patches of a map as polygons, by their labels, within a label in the order that GDAL finishes
// them in, which is the same for the same map.
struct LabelPolygons {
  Geometries geometries;
  std::vector<std::uint8_t> labels;  // of each polygon
};

// Pixels of one label that are connected by their sides become one polygon along their edges, in
// the grid's coordinates; pixels of kNoLabel none. `labels` are those of the grid, row-major.
// Throws Error "polygonize.failed" with GDAL's reason.
LabelPolygons polygonize(const std::vector<std::uint8_t>& labels, const RasterGrid& grid,
                         const Context& context);

}  // namespace lineament::spatial
