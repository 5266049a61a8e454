// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/data/raster.h"
#include "views/common/surroundings.h"

namespace lineament::views {

// Those of the project's rasters that a map can show together with its own: of the same place, by
// what their summaries say of it, and other data than its own, which `origin` tells. Of those in
// other coordinate systems it shows when they are brought to the map's whether they are.
QList<Surroundings::Item> backgroundsFor(const QList<Surroundings::Item>& rasters,
                                         const RasterGrid& own, const std::string& origin);

}  // namespace lineament::views
