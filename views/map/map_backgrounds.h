// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/data/raster.h"
#include "views/common/surroundings.h"

namespace lineament::views {

// Those of the project's rasters that a map can show together with its own: of the same place, by
// what their summaries say of it, and other data than its own, which `origin` tells.
QList<Surroundings::Item> backgroundsFor(const QList<Surroundings::Item>& rasters,
                                         const RasterGrid& own, const std::string& origin);

}  // namespace lineament::views
