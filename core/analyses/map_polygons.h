// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "map.polygons": a raster of classes as a vector layer.
std::unique_ptr<Analysis> makeMapPolygons();

}  // namespace lineament
