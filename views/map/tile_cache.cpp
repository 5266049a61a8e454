// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/tile_cache.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lineament::views {

namespace {

std::int64_t sideOf(const TileKey& key) {
  return kTileCells << key.level;
}

// Cells that cover so many pixels.
std::int64_t cellsOver(std::int64_t pixels, int level) {
  return (pixels + (std::int64_t{1} << level) - 1) >> level;
}

}  // namespace

RasterWindow windowOf(const TileKey& key, const RasterGrid& grid) {
  const std::int64_t side = sideOf(key);
  const std::int64_t column = key.column * side, row = key.row * side;
  return {column, row, std::clamp<std::int64_t>(grid.columns - column, 0, side),
          std::clamp<std::int64_t>(grid.rows - row, 0, side)};
}

MapCells readTile(const Raster& raster, const BandChoice& bands, const TileKey& key,
                  const Context& context) {
  const RasterWindow window = windowOf(key, raster.grid());
  MapCells cells{window,
                 static_cast<int>(cellsOver(window.columns, key.level)),
                 static_cast<int>(cellsOver(window.rows, key.level)),
                 {}};
  cells.values.resize(cells.count() * bands.size());
  context.checkpoint(0, "Reading the map");
  raster.read(window, bands, cells.columns, cells.rows, cells.values);
  return cells;
}

GridSize sizeOf(const RasterGrid& grid) {
  return {grid.columns, grid.rows};
}

std::vector<const MapPicture*> TileCache::over(const QRectF& pixels, int level) const {
  std::vector<const MapPicture*> pictures;
  fromLargest([&](const TileKey& key, const MapPicture& picture) {
    if (key.level < level) return false;
    const RasterWindow& window = picture.cells->window;
    const QRectF place(static_cast<double>(window.column), static_cast<double>(window.row),
                       static_cast<double>(window.columns), static_cast<double>(window.rows));
    if (place.intersects(pixels)) pictures.push_back(&picture);
    return true;
  });
  return pictures;
}

}  // namespace lineament::views
