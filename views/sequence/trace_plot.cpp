// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/trace_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "views/common/decimation.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kLeft = 40;  // the same in all cells: traces below each other share their tokens
constexpr double kRight = 8;
constexpr double kDense = 2;       // points in a unit, from which on a line would be a band
constexpr double kMeanColumn = 3;  // units that share a mean
constexpr float kPaleRange = 0.25f;
constexpr double kDeepest = 1e-6;  // of the largest value: what a logarithmic axis still shows

void drawPieces(QPainter& painter, const QPen& pen, const std::vector<QPointF>& points) {
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  QPolygonF piece;
  for (const QPointF& point : points) {
    if (!std::isnan(point.x())) {
      piece << point;
      continue;
    }
    painter.drawPolyline(piece);
    piece.clear();
  }
  painter.drawPolyline(piece);
}

}  // namespace

TracePlot::TracePlot(const Comparison::Plot& plot, std::uint64_t tokens, const CurveLook& look,
                     const QRectF& cell)
    : plot_(plot), look_(look), tokens_(tokens), cell_(cell) {
  area_ = QRectF(cell.left() + kLeft, cell.top() + kCellTitle,
                 std::max(1.0, cell.width() - kLeft - kRight),
                 std::max(1.0, cell.height() - kCellTitle - bottomAxisHeight(true)));
  const double first = plot.over == Comparison::Over::tokens ? 1 : 0;
  const double count = static_cast<double>(std::max<std::uint64_t>(tokens, 2));
  x_ = {first, first + count - 1, area_.left(), area_.right(), false, true};
  findRange();
}

bool TracePlot::usable(double value) const {
  return std::isfinite(value) && (!plot_.series.y.logarithmic || value > 0);
}

bool TracePlot::isDense(std::size_t points) const {
  return static_cast<double>(points) > kDense * area_.width();
}

void TracePlot::findRange() {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const std::size_t curve : shownCurves(plot_, look_)) {
    for (const double value : plot_.series.curves[curve].y) {
      if (!usable(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const bool logarithmic = plot_.series.y.logarithmic;
  if (logarithmic && low < high * kDeepest) low = high * kDeepest;
  const Range range = paddedRange(low, high, logarithmic, 0.06);
  y_ = {range.low, range.high, area_.bottom(), area_.top(), logarithmic};
}

void TracePlot::drawCurve(const Drawing& drawing, std::size_t index) const {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const Series::Curve& curve = plot_.series.curves[index];
  std::vector<QPointF> points;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    points.push_back(usable(curve.y[i]) ? position(curve.x[i], curve.y[i]) : QPointF(kNaN, kNaN));
  }
  QPen pen = mechanismPen(look_, plot_.owners[index], drawing.theme.dark);
  const double column = drawing.screen ? 0.5 : 0.25;
  if (plot_.over != Comparison::Over::tokens || !isDense(curve.x.size())) {
    return drawPieces(drawing.painter, pen, reducedLine(points, column));
  }
  const std::vector<QPointF> means = meanLine(points, kMeanColumn);
  QColor pale = pen.color();
  pale.setAlphaF(pale.alphaF() * kPaleRange);
  drawPieces(drawing.painter, figurePen(pale), reducedLine(points, column));
  drawPieces(drawing.painter, pen, means);
}

void TracePlot::draw(const Drawing& drawing) const {
  QPainter& painter = drawing.painter;
  const Axis& y = plot_.series.y;
  drawCellTitle(drawing, cell_, QString::fromStdString(plot_.series.title),
                withUnit(QString::fromStdString(y.label), QString::fromStdString(y.unit)));
  drawGrid(painter, area_, nullptr, &y_, drawing.theme);
  painter.save();
  painter.setClipRect(area_.adjusted(-1, -2, 1, 2));
  for (const std::size_t curve : shownCurves(plot_, look_)) drawCurve(drawing, curve);
  painter.restore();
  drawBottomAxis(painter, area_, x_, QString::fromStdString(plot_.series.x.label),
                 drawing.size.width(), drawing.theme);
  drawLeftAxis(painter, area_, y_, {}, drawing.theme);
  for (const std::size_t token : look_.tokens) drawToken(drawing, token);
}

void TracePlot::drawToken(const Drawing& drawing, std::size_t token) const {
  if (plot_.over != Comparison::Over::tokens || token >= tokens_) return;
  QPainter& painter = drawing.painter;
  const double x = x_.position(static_cast<double>(token) + 1);
  painter.setPen(figurePen(drawing.theme.selection, 1));
  painter.drawLine(QPointF(x, area_.top()), QPointF(x, area_.bottom()));
  for (const std::size_t index : shownCurves(plot_, look_)) {
    const Series::Curve& curve = plot_.series.curves[index];
    const auto nearest = nearestPoint(curve, token);
    if (!nearest || !usable(curve.y[*nearest])) continue;
    painter.setPen(figurePen(drawing.theme.view, 0.8));
    painter.setBrush(mechanismColour(look_, plot_.owners[index], drawing.theme.dark));
    painter.drawEllipse(position(curve.x[*nearest], curve.y[*nearest]), 2.8, 2.8);
  }
}

std::optional<std::size_t> TracePlot::tokenAt(const QPointF& at) const {
  if (plot_.over != Comparison::Over::tokens || tokens_ == 0) return std::nullopt;
  if (!area_.adjusted(-3, 0, 3, 0).contains(at)) return std::nullopt;
  const double token = std::round(x_.value(at.x())) - 1;
  return static_cast<std::size_t>(std::clamp(token, 0.0, static_cast<double>(tokens_ - 1)));
}

}  // namespace lineament::views
