// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/clipping.h"

#include <QLineF>
#include <algorithm>
#include <array>
#include <optional>

namespace lineament::views {

namespace {

// What lies on the side of a line where `depth` is not negative; the depth of a place grows evenly
// with its distance from that line.
template <class Depth>
QPolygonF halfOf(const QPolygonF& ring, const Depth& depth) {
  QPolygonF kept;
  for (qsizetype i = 0; i < ring.size(); ++i) {
    const QPointF &from = ring[i], &to = ring[(i + 1) % ring.size()];
    const double before = depth(from), after = depth(to);
    if (before >= 0) kept << from;
    if ((before < 0) != (after < 0)) kept << from + (to - from) * (before / (before - after));
  }
  return kept;
}

// The part of a line between two places, as shares of its length, that lies in the box.
std::optional<std::pair<double, double>> sharesWithin(const QLineF& line, const QRectF& box) {
  double first = 0, last = 1;
  const std::array<std::pair<double, double>, 4> sides{{{-line.dx(), line.x1() - box.left()},
                                                        {line.dx(), box.right() - line.x1()},
                                                        {-line.dy(), line.y1() - box.top()},
                                                        {line.dy(), box.bottom() - line.y1()}}};
  for (const auto& [outwards, room] : sides) {
    if (outwards == 0) {
      if (room < 0) return std::nullopt;
    } else if (outwards < 0) {
      first = std::max(first, room / outwards);
    } else {
      last = std::min(last, room / outwards);
    }
  }
  return first <= last ? std::optional(std::pair(first, last)) : std::nullopt;
}

}  // namespace

QPolygonF clippedArea(const QPolygonF& ring, const QRectF& box) {
  QPolygonF kept = halfOf(ring, [&](const QPointF& at) { return at.x() - box.left(); });
  kept = halfOf(kept, [&](const QPointF& at) { return box.right() - at.x(); });
  kept = halfOf(kept, [&](const QPointF& at) { return at.y() - box.top(); });
  return halfOf(kept, [&](const QPointF& at) { return box.bottom() - at.y(); });
}

void addClippedLine(QPainterPath& path, const QPolygonF& line, const QRectF& box) {
  bool goes_on = false;
  for (qsizetype i = 1; i < line.size(); ++i) {
    const QLineF piece(line[i - 1], line[i]);
    const auto shares = sharesWithin(piece, box);
    if (!shares) {
      goes_on = false;
      continue;
    }
    if (!goes_on || shares->first > 0) path.moveTo(piece.pointAt(shares->first));
    path.lineTo(piece.pointAt(shares->second));
    goes_on = shares->second >= 1;
  }
}

}  // namespace lineament::views
