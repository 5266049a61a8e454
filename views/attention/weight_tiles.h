// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>
#include <vector>

#include "views/attention/latest_job.h"
#include "views/attention/matrix_image.h"
#include "views/common/recent_cache.h"
#include "views/common/tile_grid.h"

namespace lineament::views {

// What a tile covers of a matrix; none of it where it lies beyond its end.
AttentionWindow windowOf(const TileKey& key, std::uint64_t queries, std::uint64_t keys);

// How it is reduced; very large ones from a sample of their queries.
Blocks blocksOf(const TileKey& key);

// The first level whose tiles are samples.
int sampledLevel();

// A tile, with the peaks of its rows of blocks. Throws Cancelled.
ReducedPlane tileOf(const ShownCells& cells, const TileKey& key, const Context& context);

// The tiles of an area that are needed beside an overview of blocks of 2^overview cells, nearest to
// the middle first; without those wholly above the diagonal of causal attention. `pixels` of the
// screen are there for each cell.
std::vector<TileKey> tilesWanted(const ShownCells& cells, const CellArea& area, double pixels,
                                 int overview);

// Tiles of one matrix, worked out in the background as they are seen, a few in one go; the latest
// 256 MiB of them are kept.
class WeightTiles : public QObject {
  Q_OBJECT

 public:
  explicit WeightTiles(std::function<Background&()> background, QObject* parent = nullptr);

  void setMatrix(const ShownCells& cells);  // nothing is here then
  void want(const CellArea& area, double pixels, int overview);

  std::vector<PlanePtr> planes() const;  // that lie in what was wanted last, coarser ones first
  bool complete() const;
  std::size_t bytes() const { return cache_.bytes(); }

 Q_SIGNALS:
  void changed();

 private:
  struct Tile {
    PlanePtr plane;
    std::size_t bytes() const { return plane->bytes(); }
  };
  void readNext();

  std::function<Background&()> background_;
  ShownCells cells_;
  RecentCache<TileKey, Tile> cache_;
  std::vector<TileKey> wanted_, making_;
  CellArea area_;
  LatestJob job_;
};

}  // namespace lineament::views
