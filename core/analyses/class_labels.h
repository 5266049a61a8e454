// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/data/raster.h"

namespace lineament {

// The pixels of a raster of classes as bytes: label i belongs to classes[i], spatial::kNoLabel to
// none. Classes that occur, by their values; without a name of their own they are named by these.
struct ClassLabels {
  std::vector<std::uint8_t> labels;  // row-major
  std::vector<RasterClass> classes;
};

// Where the raster lists classes, other values are none. Throws Error "classes.bands" for more than
// one band, "classes.values" for more than 255 values or values that are no whole numbers,
// "classes.none" where no pixel has a class.
ClassLabels classLabels(const Raster& raster, const Context& context);

}  // namespace lineament
