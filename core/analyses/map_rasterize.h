// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"

namespace lineament {

// "map.rasterize": a vector layer as a raster of classes on the pixels of another.
std::unique_ptr<Analysis> makeMapRasterize();

// The column parameter that says which attribute of the input's features tells them apart.
Parameter unitParameter(const std::string& input);

}  // namespace lineament
