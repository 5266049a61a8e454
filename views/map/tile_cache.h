// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <vector>

#include "views/map/map_picture.h"

namespace lineament::views {

// A square of 256 x 256 cells, each of 2^level pixels a side.
struct TileKey {
  int level = 0;
  std::int64_t column = 0;
  std::int64_t row = 0;
  auto operator<=>(const TileKey&) const = default;
};
constexpr std::int64_t kTileCells = 256;

RasterWindow windowOf(const TileKey& key, const RasterGrid& grid);  // less at the grid's ends
MapCells readTile(const Raster& raster, const BandChoice& bands, const TileKey& key,
                  const Context& context = {});

// The coarsest level whose cells are not larger than a pixel of the screen, of which a raster's
// pixel takes `screen_pixels`.
int levelFor(double screen_pixels);

// The tiles that hold some of these pixels, those nearest to the middle first.
std::vector<TileKey> tilesOver(const QRectF& pixels, int level, const RasterGrid& grid);

// Tiles by how lately they were asked for: beyond the budget the one that has waited longest goes.
class TileCache {
 public:
  explicit TileCache(std::size_t budget) : budget_(budget) {}

  void put(const TileKey& key, MapPicture picture);
  const MapPicture* find(const TileKey& key);        // null: it is not here; used now
  const MapPicture* peek(const TileKey& key) const;  // the same, not counted as a use
  // Those of a level or coarser that hold some of these pixels, the coarsest first.
  std::vector<const MapPicture*> over(const QRectF& pixels, int level) const;
  void clear();

  std::size_t size() const { return tiles_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Tile {
    MapPicture picture;
    std::list<TileKey>::iterator use;
  };
  void remove(std::map<TileKey, Tile>::iterator tile);

  std::size_t budget_;
  std::size_t bytes_ = 0;
  std::map<TileKey, Tile> tiles_;
  std::list<TileKey> uses_;  // the latest first
};

}  // namespace lineament::views
