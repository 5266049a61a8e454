// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <compare>
#include <cstdint>
#include <vector>

namespace lineament::views {

// A square of 256 x 256 cells, each of 2^level pixels a side.
struct TileKey {
  int level = 0;
  std::int64_t column = 0;
  std::int64_t row = 0;
  auto operator<=>(const TileKey&) const = default;
};
constexpr std::int64_t kTileCells = 256;

// How many pixels a grid has.
struct GridSize {
  std::int64_t columns = 0;
  std::int64_t rows = 0;
};

// The coarsest level whose cells are not larger than a pixel of the screen, of which a pixel of the
// grid takes `screen_pixels`.
int levelFor(double screen_pixels);

// The tiles that hold some of these pixels, those nearest to the middle first.
std::vector<TileKey> tilesOver(const QRectF& pixels, int level, const GridSize& grid);

}  // namespace lineament::views
