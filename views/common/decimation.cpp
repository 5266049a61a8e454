// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/decimation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace lineament::views {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool drawable(const QPointF& point) {
  return std::isfinite(point.x()) && std::isfinite(point.y());
}

bool neverFalls(std::span<const QPointF> points) {
  double last = -std::numeric_limits<double>::infinity();
  for (const QPointF& point : points) {
    if (!drawable(point)) continue;
    if (point.x() < last) return false;
    last = point.x();
  }
  return true;
}

// The points of one column that its picture needs, each once, in order.
void addColumn(std::span<const QPointF> points, std::vector<QPointF>& reduced) {
  std::size_t lowest = 0, highest = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].y() < points[lowest].y()) lowest = i;
    if (points[i].y() > points[highest].y()) highest = i;
  }
  std::array<std::size_t, 4> kept{0, std::min(lowest, highest), std::max(lowest, highest),
                                  points.size() - 1};
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i == 0 || kept[i] != kept[i - 1]) reduced.push_back(points[kept[i]]);
  }
}

// Their middle.
void addMean(std::span<const QPointF> points, std::vector<QPointF>& reduced) {
  QPointF sum(0, 0);
  for (const QPointF& point : points) sum += point;
  reduced.push_back(sum / static_cast<double>(points.size()));
}

// What `add` keeps of each column of a line whose x never falls, and its gaps.
template <class Add>
std::vector<QPointF> byColumns(std::span<const QPointF> points, double column, Add add) {
  std::vector<QPointF> reduced;
  for (std::size_t begin = 0; begin < points.size();) {
    if (!drawable(points[begin])) {
      if (!reduced.empty() && drawable(reduced.back())) reduced.push_back({kNan, kNan});
      ++begin;
      continue;
    }
    const double which = std::floor(points[begin].x() / column);
    std::size_t end = begin + 1;
    while (end < points.size() && drawable(points[end]) &&
           std::floor(points[end].x() / column) == which) {
      ++end;
    }
    add(points.subspan(begin, end - begin), reduced);
    begin = end;
  }
  return reduced;
}

}  // namespace

std::vector<QPointF> reducedLine(std::span<const QPointF> points, double column) {
  if (!neverFalls(points)) return {points.begin(), points.end()};
  return byColumns(points, column, addColumn);
}

std::vector<QPointF> meanLine(std::span<const QPointF> points, double column) {
  if (!neverFalls(points)) return {points.begin(), points.end()};
  return byColumns(points, column, addMean);
}

std::vector<std::size_t> reducedPoints(std::span<const QPointF> points, const QRectF& area,
                                       double cell) {
  const auto columns = static_cast<std::size_t>(area.width() / cell) + 1;
  const auto lines = static_cast<std::size_t>(area.height() / cell) + 1;
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> last(columns * lines, kNone);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!drawable(points[i]) || !area.contains(points[i])) continue;
    const auto x = static_cast<std::size_t>((points[i].x() - area.left()) / cell);
    const auto y = static_cast<std::size_t>((points[i].y() - area.top()) / cell);
    last[y * columns + x] = i;
  }
  std::erase(last, kNone);
  std::sort(last.begin(), last.end());
  return last;
}

}  // namespace lineament::views
