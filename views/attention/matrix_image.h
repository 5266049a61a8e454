// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QLineF>
#include <memory>
#include <vector>

#include "views/attention/reduced_plane.h"
#include "views/common/weight_colours.h"

namespace lineament::views {

// A part of a matrix, in cells; fractions where it has been zoomed.
struct CellArea {
  double query = 0, key = 0;
  double queries = 0, keys = 0;
};

enum class Reduction { peak, mean };

// What becomes of a weight before it has its colour.
struct WeightLook {
  Reduction reduction = Reduction::peak;
  double threshold = 0;  // smaller magnitudes are not drawn
  bool per_row = false;  // each query's weights over its largest one
  bool mask = true;      // what is exactly 0 is left out as by a mask, and has no colour
  double over = 1;       // weights are shares of that
};

using PlanePtr = std::shared_ptr<const ReducedPlane>;

// The area in so many pixels, of the planes that are there, finer ones over coarser ones. A pixel
// with several blocks shows the strongest of them, or their mean; a block with several pixels is a
// plain rectangle. A row's largest is that of all the planes which have read as much of its queries
// as the one that is painted: where the overview is a sample, of what the tiles have read of a row.
// What lies above the diagonal of causal attention, what a mask leaves out and
// what no plane covers has the ground's colour; NaN is hatched.
QImage matrixImage(const std::vector<PlanePtr>& planes, const CellArea& area, const QSize& pixels,
                   const WeightLook& look, const WeightColours& colours, const QColor& ground);

// Where a mask ends: lines between cells that are 0 and those that are not, in the picture's
// units of `pixels`, of what the planes have cell by cell.
std::vector<QLineF> maskOutline(const std::vector<PlanePtr>& planes, const CellArea& area,
                                const QSizeF& size);

}  // namespace lineament::views
