// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/weight_tiles.h"

#include <QElapsedTimer>
#include <algorithm>
#include <memory>

#include "views/attention/spared_thread.h"

namespace lineament::views {

namespace {

constexpr std::size_t kBudget = std::size_t{256} << 20;  // bytes of tiles
constexpr std::size_t kMostWanted = 200;                 // tiles of half a MiB that fit twice
// Larger ones are read at one query in each row of blocks: so many weights take a quarter of a
// second.
constexpr std::uint64_t kMostExact = std::uint64_t{1} << 26;
constexpr qint64 kGo = 80;  // ms of reading before asking anew

}  // namespace

AttentionWindow windowOf(const TileKey& key, std::uint64_t queries, std::uint64_t keys) {
  const auto side = static_cast<std::uint64_t>(kTileCells << key.level);
  const std::uint64_t query = static_cast<std::uint64_t>(key.row) * side;
  const std::uint64_t first = static_cast<std::uint64_t>(key.column) * side;
  return {query, first, query < queries ? std::min(side, queries - query) : 0,
          first < keys ? std::min(side, keys - first) : 0};
}

std::vector<TileKey> tilesWanted(const ShownCells& cells, const CellArea& area, double pixels,
                                 int overview) {
  const GridSize grid{static_cast<std::int64_t>(cells.keys()),
                      static_cast<std::int64_t>(cells.queries())};
  const QRectF seen(area.key, area.query, area.keys, area.queries);
  for (int level = levelFor(pixels); level < overview; ++level) {
    std::vector<TileKey> keys = tilesOver(seen, level, grid);
    if (keys.size() > kMostWanted) continue;
    std::erase_if(keys, [&](const TileKey& key) {
      const AttentionWindow window = windowOf(key, cells.queries(), cells.keys());
      return cells.causal() && window.key >= window.query + window.queries;
    });
    return keys;
  }
  return {};
}

Blocks blocksOf(const TileKey& key) {
  const std::uint64_t side = std::uint64_t{1} << key.level;
  const std::uint64_t cells = side * side * kTileCells * kTileCells;
  return {side, side, cells > kMostExact};
}

int sampledLevel() {
  int level = 0;
  while (!blocksOf({.level = level}).sampled) ++level;
  return level;
}

ReducedPlane tileOf(const ShownCells& cells, const TileKey& key, const Context& context) {
  ReducedPlane tile =
      reduced(cells, windowOf(key, cells.queries(), cells.keys()), blocksOf(key), context);
  tile.mergeQueryPeaks();
  return tile;
}

WeightTiles::WeightTiles(std::function<Background&()> background, QObject* parent)
    : QObject(parent), background_(std::move(background)), cache_(kBudget) {}

void WeightTiles::setMatrix(const ShownCells& cells) {
  job_.stop();
  cells_ = cells;
  cache_.clear();
  wanted_.clear();
}

void WeightTiles::want(const CellArea& area, double pixels, int overview) {
  area_ = area;
  wanted_ = tilesWanted(cells_, area, pixels, overview);
  for (const TileKey& key : wanted_) cache_.find(key);
  // What is made now, and no longer looked at, is in the way.
  const bool looked_at = std::any_of(making_.begin(), making_.end(), [this](const TileKey& key) {
    return std::find(wanted_.begin(), wanted_.end(), key) != wanted_.end();
  });
  if (!looked_at) job_.stop();
  if (!job_.running()) readNext();
}

bool WeightTiles::complete() const {
  return std::all_of(wanted_.begin(), wanted_.end(),
                     [this](const TileKey& key) { return cache_.peek(key) != nullptr; });
}

void WeightTiles::readNext() {
  std::vector<TileKey> keys;
  std::copy_if(wanted_.begin(), wanted_.end(), std::back_inserter(keys),
               [this](const TileKey& key) { return !cache_.peek(key); });
  making_ = keys;
  if (keys.empty()) return;
  const auto made = std::make_shared<std::vector<std::pair<TileKey, PlanePtr>>>();
  job_.start(
      background_(), tr("Work out attention"),
      [cells = cells_, keys = std::move(keys), made](const Context& context) {
        const ThreadLimit limit = spareTheWindow();
        QElapsedTimer clock;
        clock.start();
        for (const TileKey& key : keys) {
          if (!made->empty() && clock.elapsed() > kGo) return;
          made->emplace_back(key,
                             std::make_shared<const ReducedPlane>(tileOf(cells, key, context)));
        }
      },
      this,
      [this, made](const Outcome<Nothing>& outcome) {
        for (auto& [key, plane] : *made) cache_.put(key, {std::move(plane)});
        if (valueOf(outcome)) readNext();
        Q_EMIT changed();
      });
}

std::vector<PlanePtr> WeightTiles::planes() const {
  std::vector<PlanePtr> seen;
  if (wanted_.empty()) return seen;
  const QRectF area(area_.key, area_.query, area_.keys, area_.queries);
  const int finest = wanted_.front().level;
  cache_.fromLargest([&](const TileKey& key, const Tile& tile) {
    if (key.level < finest) return false;
    const AttentionWindow& window = tile.plane->window;
    const QRectF place(static_cast<double>(window.key), static_cast<double>(window.query),
                       static_cast<double>(window.keys), static_cast<double>(window.queries));
    if (place.intersects(area)) seen.push_back(tile.plane);
    return true;
  });
  return seen;
}

}  // namespace lineament::views
