// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/graticule.h"

#include <QLineF>
#include <QPen>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr double kTick = 3;
constexpr double kCross = 3.5;     // half of its width
constexpr double kMostLines = 40;  // each way; more would not be read

double roundStep(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= least * (1 - 1e-9)) return digit * power;
  }
  return 10 * power;
}

class Labels {
 public:
  Labels(const Crs& crs, bool mapped, double step)
      : crs_(crs), mapped_(mapped), decimals_(decimalsFor(step)) {}

  QString of(double value, const char* positive, const char* negative) const {
    if (mapped_ && crs_.geographic) {
      const QString degrees = fixedText(std::abs(value), decimals_) + QChar(0xb0);
      if (value == 0) return degrees;
      return degrees + u' ' + QString::fromLatin1(value > 0 ? positive : negative);
    }
    const QString number = fixedText(value, decimals_);
    if (!mapped_ || crs_.unit.empty()) return number;
    return number + u' ' + QString::fromStdString(crs_.unit);
  }

 private:
  const Crs& crs_;
  bool mapped_;
  int decimals_;
};

// Multiples of the step between two coordinates, in either order.
std::vector<double> multiples(double from, double to, double step) {
  std::vector<double> values;
  const double low = std::ceil(std::min(from, to) / step), high = std::max(from, to) / step;
  if (!(high - low < kMostLines)) return values;
  for (double count = low; count <= high; ++count) values.push_back(count == 0 ? 0 : count * step);
  return values;
}

}  // namespace

Graticule graticuleFor(const Crs& crs, const MapPlane& plane, const MapCamera& camera,
                       double spacing) {
  Graticule made;
  const QRectF& plot = camera.plot();
  const QPointF first = camera.toMap(plot.topLeft()), last = camera.toMap(plot.bottomRight());
  const double wide = std::abs(last.x() - first.x()), high = std::abs(last.y() - first.y());
  if (!(wide > 0) || !(high > 0) || !std::isfinite(wide + high)) return made;
  const double step =
      roundStep(std::max(wide * spacing / plot.width(), high * spacing / plot.height()));
  const Labels labels(crs, plane.mapped(), step);
  const QTransform to_figure = camera.fromPlane();
  for (const double x : multiples(first.x(), last.x(), step)) {
    made.upright.push_back(
        {to_figure.map(plane.fromMap({x, first.y()})).x(), labels.of(x, "E", "W")});
  }
  for (const double y : multiples(first.y(), last.y(), step)) {
    made.level.push_back(
        {to_figure.map(plane.fromMap({first.x(), y})).y(), labels.of(y, "N", "S")});
  }
  return made;
}

void drawGraticuleCrosses(QPainter& painter, const QRectF& plot, const Graticule& graticule) {
  const QRectF inside = plot.adjusted(kCross + 1, kCross + 1, -kCross - 1, -kCross - 1);
  QList<QLineF> lines;
  for (const GraticuleLine& upright : graticule.upright) {
    for (const GraticuleLine& level : graticule.level) {
      const QPointF at(upright.at, level.at);
      if (!inside.contains(at)) continue;
      lines << QLineF(at - QPointF(kCross, 0), at + QPointF(kCross, 0))
            << QLineF(at - QPointF(0, kCross), at + QPointF(0, kCross));
    }
  }
  painter.setPen(figurePen(QColor(255, 255, 255, 170), 2));
  painter.drawLines(lines);
  painter.setPen(figurePen(QColor(0, 0, 0, 200), 0.75));
  painter.drawLines(lines);
}

namespace {

bool hasRoom(double at, double from, double to, double width) {
  return at - width / 2 >= from && at + width / 2 <= to;
}

}  // namespace

void drawGraticule(QPainter& painter, const MapCamera& camera, const Graticule& graticule,
                   const Theme& theme) {
  const QRectF& plot = camera.plot();
  drawGraticuleCrosses(painter, plot, graticule);
  painter.setFont(figureFont(TextSize::small));
  for (const GraticuleLine& line : graticule.upright) {
    painter.setPen(figurePen(theme.line));
    painter.drawLine(QPointF(line.at, plot.bottom()), QPointF(line.at, plot.bottom() + kTick));
    if (!hasRoom(line.at, 0, plot.right() + 8, textWidth(painter.font(), line.label))) continue;
    painter.setPen(theme.muted);
    drawLabel(painter, {line.at, plot.bottom() + kTick + 1.5}, Qt::AlignHCenter | Qt::AlignTop,
              line.label);
  }
  for (const GraticuleLine& line : graticule.level) {
    painter.setPen(figurePen(theme.line));
    painter.drawLine(QPointF(plot.left() - kTick, line.at), QPointF(plot.left(), line.at));
    const double half = textWidth(painter.font(), line.label);
    if (!hasRoom(line.at, plot.top() - 8, plot.bottom() + 8, half)) continue;
    painter.setPen(theme.muted);
    drawUpwardLabel(painter, {plot.left() - kTick - 7, line.at}, line.label);
  }
}

}  // namespace lineament::views
