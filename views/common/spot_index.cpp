// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/spot_index.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lineament::views {

namespace {
constexpr double kCell = 8;  // about the reach of the pointer
}

SpotIndex::SpotIndex(std::vector<Spot> spots, const QRectF& area)
    : spots_(std::move(spots)), area_(area) {
  if (area.width() <= 0 || area.height() <= 0) spots_.clear();
  std::erase_if(spots_, [&](const Spot& spot) { return !area.contains(spot.position); });
  columns_ = static_cast<int>(area.width() / kCell) + 1;
  lines_ = static_cast<int>(area.height() / kCell) + 1;
  starts_.assign(static_cast<std::size_t>(columns_) * lines_ + 1, 0);
  const auto cell = [this](const Spot& spot) {
    return static_cast<std::size_t>(cellY(spot.position.y())) * columns_ + cellX(spot.position.x());
  };
  for (const Spot& spot : spots_) ++starts_[cell(spot) + 1];
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
  members_.resize(spots_.size());
  for (std::size_t i = 0; i < spots_.size(); ++i) members_[next[cell(spots_[i])]++] = i;
}

int SpotIndex::cellX(double x) const {
  return std::clamp(static_cast<int>((x - area_.left()) / kCell), 0, columns_ - 1);
}

int SpotIndex::cellY(double y) const {
  return std::clamp(static_cast<int>((y - area_.top()) / kCell), 0, lines_ - 1);
}

std::optional<Spot> SpotIndex::nearest(const QPointF& at, double radius) const {
  if (spots_.empty()) return std::nullopt;
  double best = radius * radius;
  std::optional<std::size_t> found;
  for (int line = cellY(at.y() - radius); line <= cellY(at.y() + radius); ++line) {
    const std::size_t row = static_cast<std::size_t>(line) * columns_;
    const std::size_t begin = starts_[row + cellX(at.x() - radius)];
    const std::size_t end = starts_[row + cellX(at.x() + radius) + 1];
    for (std::size_t i = begin; i < end; ++i) {
      const QPointF away = spots_[members_[i]].position - at;
      const double distance = QPointF::dotProduct(away, away);
      if (distance < best || (distance == best && (!found || members_[i] > *found))) {
        best = distance;
        found = members_[i];
      }
    }
  }
  return found ? std::optional(spots_[*found]) : std::nullopt;
}

std::vector<std::size_t> SpotIndex::rowsInside(const QPolygonF& outline) const {
  std::vector<std::size_t> rows;
  const QRectF box = outline.boundingRect();
  for (const Spot& spot : spots_) {
    if (spot.row != Spot::kNoRow && box.contains(spot.position) &&
        outline.containsPoint(spot.position, Qt::OddEvenFill)) {
      rows.push_back(spot.row);
    }
  }
  return rows;
}

}  // namespace lineament::views
