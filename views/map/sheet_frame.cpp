// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_frame.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/map/graticule.h"

namespace lineament::views {

namespace {

constexpr double kBand = 4;      // of the frame
constexpr double kTick = 4;      // beyond it
constexpr double kSpacing = 95;  // of the lines, at least

// The lines and both ends, in order.
std::vector<double> cutsOf(const std::vector<GraticuleLine>& lines, double from, double to) {
  std::vector<double> cuts{from, to};
  for (const GraticuleLine& line : lines) {
    if (line.at > from && line.at < to) cuts.push_back(line.at);
  }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

void drawBands(QPainter& painter, const QRectF& plot, const Graticule& graticule,
               const Theme& theme) {
  const std::vector<double> columns = cutsOf(graticule.upright, plot.left(), plot.right());
  const std::vector<double> rows = cutsOf(graticule.level, plot.top(), plot.bottom());
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme.text);
  for (std::size_t i = 0; i + 1 < columns.size(); i += 2) {
    const double width = columns[i + 1] - columns[i];
    painter.drawRect(QRectF(columns[i], plot.top() - kBand, width, kBand));
    painter.drawRect(QRectF(columns[i], plot.bottom(), width, kBand));
  }
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
    const double height = rows[i + 1] - rows[i];
    painter.drawRect(QRectF(plot.left() - kBand, rows[i], kBand, height));
    painter.drawRect(QRectF(plot.right(), rows[i], kBand, height));
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(figurePen(theme.text, 0.6));
  painter.drawRect(plot);
  painter.drawRect(plot.adjusted(-kBand, -kBand, kBand, kBand));
}

void drawCoordinates(QPainter& painter, const QRectF& plot, const Graticule& graticule,
                     const Theme& theme) {
  const QRectF outer = plot.adjusted(-kBand, -kBand, kBand, kBand);
  constexpr double kAway = kTick + 6;  // of the text's middle, from the frame
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(figurePen(theme.text, 0.6));
  for (const GraticuleLine& line : graticule.upright) {
    painter.drawLine(QPointF(line.at, outer.top() - kTick), QPointF(line.at, outer.top()));
    painter.drawLine(QPointF(line.at, outer.bottom()), QPointF(line.at, outer.bottom() + kTick));
  }
  for (const GraticuleLine& line : graticule.level) {
    painter.drawLine(QPointF(outer.left() - kTick, line.at), QPointF(outer.left(), line.at));
    painter.drawLine(QPointF(outer.right(), line.at), QPointF(outer.right() + kTick, line.at));
  }
  painter.setPen(theme.text);
  const auto fits = [&](double at, double low, double high, const QString& text) {
    const double half = textWidth(painter.font(), text) / 2;
    return at - half >= low && at + half <= high;
  };
  for (const GraticuleLine& line : graticule.upright) {
    if (!fits(line.at, outer.left(), outer.right(), line.label)) continue;
    for (const double y : {outer.top() - kAway, outer.bottom() + kAway}) {
      drawLabel(painter, {line.at, y}, Qt::AlignHCenter | Qt::AlignVCenter, line.label);
    }
  }
  for (const GraticuleLine& line : graticule.level) {
    if (!fits(line.at, outer.top(), outer.bottom(), line.label)) continue;
    for (const double x : {outer.left() - kAway, outer.right() + kAway}) {
      drawUpwardLabel(painter, {x, line.at}, line.label);
    }
  }
}

// As many parts as a length of 1, 2 or 5 divides into well.
int partsOf(double length) {
  const double digit = length / std::pow(10.0, std::floor(std::log10(length) + 1e-9));
  return std::lround(digit) == 5 ? 5 : 4;
}

}  // namespace

void drawSheetFrame(QPainter& painter, const MapCamera& camera, const MapPlane& plane,
                    const Crs& crs, bool coordinates, const Theme& theme) {
  if (!coordinates) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(figurePen(theme.text, 0.8));
    return painter.drawRect(camera.plot());
  }
  const double least = std::min(camera.plot().width(), camera.plot().height()) / 3;
  const Graticule graticule = graticuleFor(crs, plane, camera, std::min(kSpacing, least));
  drawGraticuleCrosses(painter, camera.plot(), graticule);
  drawBands(painter, camera.plot(), graticule, theme);
  drawCoordinates(painter, camera.plot(), graticule, theme);
}

void drawSheetBar(QPainter& painter, const QPointF& top_left, const ScaleBar& bar,
                  const Theme& theme) {
  if (!(bar.width > 0)) return;
  constexpr double kHigh = 4;
  const int parts = partsOf(bar.length);
  const QRectF whole(top_left, QSizeF(bar.width, kHigh));
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme.text);
  for (int i = 0; i < parts; i += 2) {
    painter.drawRect(QRectF(whole.left() + bar.width * i / parts, whole.top(), bar.width / parts,
                            whole.height()));
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(figurePen(theme.text, 0.6));
  painter.drawRect(whole);
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.text);
  const auto write = [&](double share, Qt::Alignment side, const QString& text) {
    drawLabel(painter, {whole.left() + share * bar.width, whole.bottom() + 4}, side | Qt::AlignTop,
              text);
  };
  write(0, Qt::AlignHCenter, QStringLiteral("0"));
  if (parts == 4) write(0.5, Qt::AlignHCenter, numberText(bar.length / 2));
  const double number = textWidth(painter.font(), numberText(bar.length));
  drawLabel(painter, {whole.right() - number / 2, whole.bottom() + 4}, Qt::AlignLeft | Qt::AlignTop,
            bar.label);
}

}  // namespace lineament::views
