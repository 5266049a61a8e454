// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/data/raster.h"

namespace lineament {

// The bands of these names, in their order, as a raster that reads from the other one; all when
// `names` (separated by commas) is empty. Throws Error (usage) "raster.no_band" with the names
// there are.
Raster chooseBands(const Raster& raster, std::string_view names);

}  // namespace lineament
