// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
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
  bool mask = true;      // cells that are exactly 0 are set off from small weights
};

using PlanePtr = std::shared_ptr<const ReducedPlane>;

// The area in so many pixels, of the planes that are there, finer ones over coarser ones. A pixel
// with several blocks shows the strongest of them, or their mean; a block with several pixels is a
// plain rectangle. What lies above the diagonal of causal attention and what no plane covers has
// the ground's colour; NaN is hatched. `query_peaks` has the largest magnitude of each query, which
// `per_row` goes by.
QImage matrixImage(const std::vector<PlanePtr>& planes, const CellArea& area, const QSize& pixels,
                   const WeightLook& look, const WeightColours& colours,
                   const std::vector<float>& query_peaks, const QColor& ground);

}  // namespace lineament::views
