// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "views/common/recent_cache.h"
#include "views/common/tile_grid.h"
#include "views/map/map_picture.h"

namespace lineament::views {

RasterWindow windowOf(const TileKey& key, const RasterGrid& grid);  // less at the grid's ends
MapCells readTile(const Raster& raster, const BandChoice& bands, const TileKey& key,
                  const Context& context = {});

GridSize sizeOf(const RasterGrid& grid);

// The tiles of a map.
class TileCache : public RecentCache<TileKey, MapPicture> {
 public:
  using RecentCache::RecentCache;

  // Those of a level or coarser that hold some of these pixels, the coarsest first.
  std::vector<const MapPicture*> over(const QRectF& pixels, int level) const;
};

}  // namespace lineament::views
