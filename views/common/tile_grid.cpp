// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/tile_grid.h"

#include <algorithm>
#include <cmath>

namespace lineament::views {

namespace {

constexpr int kCoarsest = 40;

}  // namespace

int levelFor(double screen_pixels) {
  if (!(screen_pixels > 0) || screen_pixels >= 1) return 0;
  const int level = static_cast<int>(std::floor(std::log2(1 / screen_pixels) + 1e-9));
  return std::clamp(level, 0, kCoarsest);
}

std::vector<TileKey> tilesOver(const QRectF& pixels, int level, const GridSize& grid) {
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

}  // namespace lineament::views
