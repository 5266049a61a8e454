// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QPolygonF>
#include <QRectF>
#include <cstddef>
#include <optional>
#include <vector>

namespace lineament::views {

// A point of a picture that stands for something: a row that can be chosen, and a number by which
// the view finds what to say about it.
struct Spot {
  static constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);  // it can only be read

  QPointF position;
  std::size_t row = kNoRow;
  std::size_t key = 0;
};

// Spots in the squares of a grid, so that what lies under the pointer is found at once among
// millions.
class SpotIndex {
 public:
  SpotIndex() = default;
  SpotIndex(std::vector<Spot> spots, const QRectF& area);

  const std::vector<Spot>& spots() const { return spots_; }
  // The nearest one within `radius`; of equally near ones the last, which is drawn on top.
  std::optional<Spot> nearest(const QPointF& at, double radius) const;
  // The rows of all spots inside the outline (odd-even rule), each spot's row once per spot.
  std::vector<std::size_t> rowsInside(const QPolygonF& outline) const;

 private:
  int cellX(double x) const;
  int cellY(double y) const;

  std::vector<Spot> spots_;
  QRectF area_;
  int columns_ = 0;
  int lines_ = 0;
  std::vector<std::size_t> starts_;  // of each cell in members_
  std::vector<std::size_t> members_;
};

}  // namespace lineament::views
