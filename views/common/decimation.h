// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <cstddef>
#include <span>
#include <vector>

namespace lineament::views {

// Fewer points with the same picture, for positions in a figure.

// A line whose x never falls, a column of `column` units at a time: the first, lowest, highest and
// last point of each column, in their order. Gaps (NaN) are kept as one NaN point. A line that goes
// back and forth is returned as it is.
std::vector<QPointF> reducedLine(std::span<const QPointF> points, double column);

// The same with the mean of each column.
std::vector<QPointF> meanLine(std::span<const QPointF> points, double column);

// Which of the points to draw: of all that fall into one square of `cell` units the last one, which
// is drawn on top. Those outside `area` are left out. Ascending.
std::vector<std::size_t> reducedPoints(std::span<const QPointF> points, const QRectF& area,
                                       double cell);

}  // namespace lineament::views
