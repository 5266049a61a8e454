// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/tile_cache.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lineament::views {

namespace {

constexpr int kCoarsest = 40;

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

int levelFor(double screen_pixels) {
  if (!(screen_pixels > 0) || screen_pixels >= 1) return 0;
  const int level = static_cast<int>(std::floor(std::log2(1 / screen_pixels) + 1e-9));
  return std::clamp(level, 0, kCoarsest);
}

std::vector<TileKey> tilesOver(const QRectF& pixels, int level, const RasterGrid& grid) {
  std::vector<TileKey> keys;
  if (pixels.isEmpty()) return keys;
  const auto side = static_cast<double>(kTileCells << level);
  const auto index = [&](double pixel, std::int64_t count) {
    const auto last = static_cast<double>(count - 1);
    return static_cast<std::int64_t>(
        std::floor(std::clamp(pixel, 0.0, std::max(last, 0.0)) / side));
  };
  const std::int64_t left = index(pixels.left(), grid.columns);
  const std::int64_t right = index(std::ceil(pixels.right()) - 1, grid.columns);
  const std::int64_t top = index(pixels.top(), grid.rows);
  const std::int64_t bottom = index(std::ceil(pixels.bottom()) - 1, grid.rows);
  for (std::int64_t row = top; row <= bottom; ++row) {
    for (std::int64_t column = left; column <= right; ++column)
      keys.push_back({level, column, row});
  }
  const QPointF middle = pixels.center() / side - QPointF(0.5, 0.5);
  const auto off = [&](const TileKey& key) {
    return std::hypot(static_cast<double>(key.column) - middle.x(),
                      static_cast<double>(key.row) - middle.y());
  };
  std::stable_sort(keys.begin(), keys.end(),
                   [&](const TileKey& a, const TileKey& b) { return off(a) < off(b); });
  return keys;
}

void TileCache::remove(std::map<TileKey, Tile>::iterator tile) {
  bytes_ -= tile->second.picture.bytes();
  uses_.erase(tile->second.use);
  tiles_.erase(tile);
}

void TileCache::put(const TileKey& key, MapPicture picture) {
  if (const auto before = tiles_.find(key); before != tiles_.end()) remove(before);
  bytes_ += picture.bytes();
  uses_.push_front(key);
  tiles_[key] = {std::move(picture), uses_.begin()};
  while (bytes_ > budget_ && tiles_.size() > 1) remove(tiles_.find(uses_.back()));
}

const MapPicture* TileCache::find(const TileKey& key) {
  const auto found = tiles_.find(key);
  if (found == tiles_.end()) return nullptr;
  uses_.splice(uses_.begin(), uses_, found->second.use);
  return &found->second.picture;
}

const MapPicture* TileCache::peek(const TileKey& key) const {
  const auto found = tiles_.find(key);
  return found == tiles_.end() ? nullptr : &found->second.picture;
}

std::vector<const MapPicture*> TileCache::over(const QRectF& pixels, int level) const {
  std::vector<const MapPicture*> pictures;
  for (auto tile = tiles_.rbegin(); tile != tiles_.rend() && tile->first.level >= level; ++tile) {
    const RasterWindow& window = tile->second.picture.cells->window;
    const QRectF place(static_cast<double>(window.column), static_cast<double>(window.row),
                       static_cast<double>(window.columns), static_cast<double>(window.rows));
    if (place.intersects(pixels)) pictures.push_back(&tile->second.picture);
  }
  return pictures;
}

void TileCache::clear() {
  tiles_.clear();
  uses_.clear();
  bytes_ = 0;
}

}  // namespace lineament::views
