// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/transition_plane.h"

#include <algorithm>
#include <cmath>

#include "views/common/decimation.h"
#include "views/common/figure_style.h"
#include "views/common/marker.h"

namespace lineament::views {

namespace {

constexpr double kLeft = 48, kRight = 8;
constexpr double kLane = 9, kLanesGap = 6;
constexpr double kMostLanes = 0.35;  // of the height
constexpr double kRadius = 1.8, kStrongRadius = 2.8;

// How far the plane reaches: past the circle, and to every finite eigenvalue that is shown.
double reachOf(const Comparison::Plot& plot, const CurveLook& look) {
  double reach = 1.1;
  for (const std::size_t curve : shownCurves(plot, look)) {
    for (const SharedArray<double>* part :
         {&plot.series.curves[curve].x, &plot.series.curves[curve].y}) {
      for (const double value : *part) {
        if (std::isfinite(value)) reach = std::max(reach, std::abs(value) * 1.08);
      }
    }
  }
  return reach;
}

}  // namespace

TransitionPlane::TransitionPlane(const Comparison::Plot& plot, const CurveLook& look,
                                 const QRectF& cell)
    : plot_(plot), look_(look), cell_(cell) {
  for (std::size_t i = 0; i < plot.owners.size(); ++i) {
    if (!look.hidden.contains(plot.owners[i])) lanes_.push_back(i);
  }
  const double width = cell.width() - kLeft - kRight;
  const double whole = cell.height() - kCellTitle - bottomAxisHeight(true);
  const double count = static_cast<double>(lanes_.size());
  lane_ = std::min(kLane, kMostLanes * whole / std::max(count, 1.0));
  const double height = whole - (lanes_.empty() ? 0 : kLanesGap + count * lane_);
  const double side = std::max(1.0, std::min(width, height));
  area_ = QRectF(cell.left() + kLeft + (width - side) / 2, cell.top() + kCellTitle, side, side);
  const double reach = reachOf(plot, look);
  x_ = {-reach, reach, area_.left(), area_.right()};
  y_ = {-reach, reach, area_.bottom(), area_.top()};
}

double TransitionPlane::laneOf(std::size_t lane) const {
  return area_.bottom() + kLanesGap + (static_cast<double>(lane) + 0.5) * lane_;
}

void TransitionPlane::drawCircle(const Drawing& drawing) const {
  QPainter& painter = drawing.painter;
  painter.setBrush(Qt::NoBrush);
  painter.setPen(figurePen(drawing.theme.grid));
  painter.drawLine(position(x_.low, 0), position(x_.high, 0));
  painter.drawLine(position(0, y_.low), position(0, y_.high));
  const double bottom = lanes_.empty() ? area_.bottom() : laneOf(lanes_.size() - 1) + lane_ / 2;
  for (const double real : {-1.0, 0.0, 1.0}) {
    const double x = x_.position(real);
    painter.drawLine(QPointF(x, area_.bottom()), QPointF(x, bottom));
  }
  painter.setPen(figurePen(drawing.theme.muted, 1));
  painter.drawEllipse(QRectF(position(-1, 1), position(1, -1)));
}

void TransitionPlane::drawPoints(const Drawing& drawing, std::size_t index,
                                 std::size_t lane) const {
  const Series::Curve& curve = plot_.series.curves[index];
  std::vector<QPointF> points, in_lane;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (!std::isfinite(curve.x[i]) || !std::isfinite(curve.y[i])) continue;
    points.push_back(position(curve.x[i], curve.y[i]));
    in_lane.emplace_back(points.back().x(), laneOf(lane));
  }
  const std::size_t owner = plot_.owners[index];
  QColor colour = mechanismColour(look_, owner, drawing.theme.dark);
  colour.setAlphaF(colour.alphaF() * (look_.tokens.empty() ? 0.6f : 0.25f));
  const double cell = drawing.screen ? 0.8 : 0.4;
  drawing.painter.setPen(Qt::NoPen);
  drawing.painter.setBrush(colour);
  for (const std::size_t i : reducedPoints(points, area_, cell)) {
    drawMarker(drawing.painter, markerOf(owner), points[i], kRadius);
  }
  drawing.painter.setPen(figurePen(colour, 1));
  for (const std::size_t i : reducedPoints(in_lane, cell_, cell)) {
    drawing.painter.drawLine(in_lane[i] - QPointF(0, lane_ * 0.36),
                             in_lane[i] + QPointF(0, lane_ * 0.36));
  }
}

void TransitionPlane::draw(const Drawing& drawing) const {
  QPainter& painter = drawing.painter;
  drawCellTitle(drawing, cell_, QString::fromStdString(plot_.series.title), {});
  drawCircle(drawing);
  for (const std::size_t curve : shownCurves(plot_, look_)) {
    const auto lane = std::find(lanes_.begin(), lanes_.end(), curve) - lanes_.begin();
    drawPoints(drawing, curve, static_cast<std::size_t>(lane));
  }
  QRectF with_lanes = area_;
  if (!lanes_.empty()) with_lanes.setBottom(laneOf(lanes_.size() - 1) + lane_ / 2);
  drawBottomAxis(painter, with_lanes, x_, QString::fromStdString(plot_.series.x.label),
                 drawing.size.width(), drawing.theme);
  drawLeftAxis(painter, area_, y_, QString::fromStdString(plot_.series.y.label), drawing.theme);
  for (const std::size_t token : look_.tokens) drawToken(drawing, token);
}

void TransitionPlane::drawToken(const Drawing& drawing, std::size_t token) const {
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    const Series::Curve& curve = plot_.series.curves[lanes_[lane]];
    const auto nearest = nearestPoint(curve, token);
    if (!nearest) continue;
    const std::size_t owner = plot_.owners[lanes_[lane]];
    const QColor colour = mechanismColour(look_, owner, drawing.theme.dark);
    for (std::size_t i = 0; i < curve.rows.size(); ++i) {
      if (curve.rows[i] != curve.rows[*nearest]) continue;
      if (!std::isfinite(curve.x[i]) || !std::isfinite(curve.y[i])) continue;
      const QPointF at = position(curve.x[i], curve.y[i]);
      drawing.painter.setPen(figurePen(drawing.theme.view, 0.6));
      drawing.painter.setBrush(colour);
      drawMarker(drawing.painter, markerOf(owner), at, kStrongRadius);
      drawing.painter.setPen(figurePen(colour, 1.6));
      drawing.painter.drawLine(QPointF(at.x(), laneOf(lane) - lane_ * 0.45),
                               QPointF(at.x(), laneOf(lane) + lane_ * 0.45));
    }
  }
}

}  // namespace lineament::views
