// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_furniture.h"

#include <QCoreApplication>
#include <QPolygonF>
#include <algorithm>
#include <array>
#include <cmath>

#include "views/common/axis_scale.h"
#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/map/scale_bar.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MapView)
};

constexpr double kSquare = 9;
constexpr double kFooterHeight = 30;
constexpr double kLongestBar = 110;
constexpr double kNarrow = 420;  // below, the system's name has a line of its own
constexpr double kNameHeight = 15;
constexpr double kEdge = 12;  // of the figure, right of the name

struct Channel {
  QColor colour;
  QString name;
};

std::array<Channel, 3> channels() {
  return {Channel{QColor(0xd0, 0x34, 0x2c), Words::tr("red")},
          Channel{QColor(0x1f, 0x8a, 0x3d), Words::tr("green")},
          Channel{QColor(0x2b, 0x5f, 0xd0), Words::tr("blue")}};
}

void drawSteps(QPainter& painter, const QRectF& bar, const MapLook& look) {
  constexpr int kSteps = 96;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  for (int i = 0; i < kSteps; ++i) {
    const double top = bar.bottom() - bar.height() * (i + 1) / kSteps;
    painter.fillRect(QRectF(bar.left(), top, bar.width(), bar.height() / kSteps + 0.5),
                     QColor(look.rampAt((i + 0.5) / kSteps)));
  }
  painter.restore();
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(bar);
}

}  // namespace

void drawNorthArrow(QPainter& painter, const QPointF& top_left, const Theme& theme) {
  const QPointF tip = top_left + QPointF(kNorthArrowWidth / 2, 0);
  const double foot = kNorthArrowHeight;
  painter.setPen(figurePen(theme.text, 0.75));
  painter.setBrush(theme.text);
  painter.drawPolygon(QPolygonF{tip, tip + QPointF(-5, foot), tip + QPointF(0, foot - 4.5)});
  painter.setBrush(theme.view);
  painter.drawPolygon(QPolygonF{tip, tip + QPointF(5, foot), tip + QPointF(0, foot - 4.5)});
  painter.setBrush(Qt::NoBrush);
  painter.setFont(figureFont(TextSize::label, true));
  painter.setPen(theme.text);
  drawLabel(painter, top_left + QPointF(-3, foot / 2), Qt::AlignRight | Qt::AlignVCenter,
            Words::tr("N", "north"));
}

QString coordinatesText(const Crs& crs, bool mapped) {
  if (mapped) return crs.name.empty() ? Words::tr("unnamed CRS") : QString::fromStdString(crs.name);
  return crs.known() ? Words::tr("no usable transform: distances in pixels")
                     : Words::tr("no CRS: distances in pixels");
}

double mapFooterHeight(double figure_width) {
  return kFooterHeight + (figure_width < kNarrow ? kNameHeight : 0);
}

void drawMapFooter(QPainter& painter, const QRectF& line, double figure_width,
                   const MapCamera& camera, const MapPlane& plane, const Crs& crs,
                   const Theme& theme) {
  const double middle = line.top() + kNorthArrowHeight / 2;
  if (plane.mapped()) {
    drawNorthArrow(painter, {line.right() - kNorthArrowWidth, line.top()}, theme);
  }
  const ScaleBar bar =
      scaleBarFor(crs, plane, camera, std::min(kLongestBar, 0.3 * camera.plot().width()));
  drawScaleBar(painter, {line.left() + 1, middle + 3}, bar, theme);
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  const QString name = coordinatesText(crs, plane.mapped());
  if (figure_width < kNarrow) {
    const double room = figure_width - line.left() - kEdge;
    drawLabel(painter, {line.left(), line.top() + kNorthArrowHeight + 10},
              Qt::AlignLeft | Qt::AlignVCenter, elidedText(painter.font(), name, room));
    return;
  }
  const double left = line.left() + bar.width + textWidth(painter.font(), bar.label) + 24;
  const double right = line.right() - (plane.mapped() ? kNorthArrowWidth + 26 : 0);
  drawLabel(painter, {right, middle + 1.5}, Qt::AlignRight | Qt::AlignVCenter,
            elidedText(painter.font(), name, std::max(right - left, 0.0)));
}

std::vector<LegendEntry> bandEntries(const Raster& raster, const BandChoice& bands) {
  const std::array<Channel, 3> shown = channels();
  std::vector<LegendEntry> entries;
  for (std::size_t i = 0; i < shown.size() && i < bands.size(); ++i) {
    LegendEntry entry;
    entry.colour = shown[i].colour;
    entry.name = shown[i].name + QStringLiteral(": ") + bandLabel(raster, bands[i]);
    entries.push_back(std::move(entry));
  }
  return entries;
}

void drawBandKey(QPainter& painter, const QRectF& line, const Raster& raster,
                 const BandChoice& bands, const Theme& theme) {
  painter.setFont(figureFont(TextSize::small));
  const std::vector<LegendEntry> shown = bandEntries(raster, bands);
  double x = line.left();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const double middle = line.center().y();
    const double room = (line.right() - x) / static_cast<double>(shown.size() - i);
    painter.fillRect(QRectF(x, middle - kSquare / 2, kSquare, kSquare), shown[i].colour);
    const QString text = elidedText(painter.font(), shown[i].name, room - kSquare - 16);
    painter.setPen(theme.text);
    drawLabel(painter, {x + kSquare + 4, middle}, Qt::AlignLeft | Qt::AlignVCenter, text);
    x += kSquare + 4 + textWidth(painter.font(), text) + 12;
  }
}

void drawBandBar(QPainter& painter, const QRectF& column, const Raster& raster, const MapLook& look,
                 const Theme& theme) {
  const BandStretch& stretch = look.stretches[0];
  const std::size_t band = look.settings.bands[0];
  painter.setFont(figureFont());
  painter.setPen(theme.text);
  const QString unit = QString::fromStdString(raster.bands()[band].unit);
  drawLabel(painter, {column.left(), column.top() + 7}, Qt::AlignLeft | Qt::AlignVCenter,
            elidedText(painter.font(), withUnit(bandLabel(raster, band), unit), column.width()));
  if (!std::isfinite(stretch.high - stretch.low)) return;
  const QRectF bar(column.left(), column.top() + 20, 10,
                   std::clamp(column.height() - 28, 10.0, 180.0));
  painter.setPen(figurePen(theme.line));
  drawSteps(painter, bar, look);
  const Range range = stretch.low < stretch.high ? Range{stretch.low, stretch.high}
                                                 : paddedRange(stretch.low, stretch.high, false);
  const AxisScale scale{range.low, range.high, bar.bottom(), bar.top()};
  painter.setFont(figureFont(TextSize::small));
  for (const Tick& tick : ticksFor(scale, 40).major) {
    const double y = scale.position(tick.value);
    painter.setPen(figurePen(theme.line));
    painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y));
    painter.setPen(theme.muted);
    drawLabel(painter, {bar.right() + 6, y}, Qt::AlignLeft | Qt::AlignVCenter, tick.label);
  }
}

}  // namespace lineament::views
