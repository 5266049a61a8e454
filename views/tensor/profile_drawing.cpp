// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/tensor/profile_drawing.h"

#include <QPolygonF>
#include <cmath>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"
#include "views/tensor/heat_drawing.h"

namespace lineament::views {

namespace {

constexpr double kDotPitch = 4;  // closer dots would be a band

double middleOf(const HeatPicture& picture, std::size_t square, const AxisScale& x) {
  const double first = static_cast<double>(picture.range.first_column) +
                       static_cast<double>(square) * static_cast<double>(picture.block_columns);
  return x.position(first + (static_cast<double>(picture.block_columns) - 1) / 2);
}

void drawBlocks(QPainter& painter, const HeatPicture& picture, const AxisScale& x,
                const AxisScale& y) {
  for (std::size_t i = 0; i < picture.columns; ++i) {
    const Limits& limits = picture.extremes[i];
    if (!(limits.low <= limits.high)) continue;
    const double at = middleOf(picture, i, x);
    const double low = y.position(limits.low), high = y.position(limits.high);
    painter.drawLine(QPointF(at, low), QPointF(at, std::min(high, low - 0.75)));
  }
}

void drawValues(QPainter& painter, const HeatPicture& picture, const AxisScale& x,
                const AxisScale& y) {
  QPolygonF piece;
  for (std::size_t i = 0; i < picture.columns; ++i) {
    const auto value = static_cast<double>(picture.values[i]);
    if (std::isfinite(value)) {
      piece << QPointF(middleOf(picture, i, x), y.position(value));
      continue;
    }
    painter.drawPolyline(piece);
    piece.clear();
  }
  painter.drawPolyline(piece);
}

}  // namespace

void drawProfile(QPainter& painter, const QRectF& plot, const HeatPicture& picture,
                 const AxisScale& x, const AxisScale& y, const Theme& theme) {
  const QColor colour = categoricalColour(0, theme.dark);
  painter.save();
  painter.setClipRect(plot.adjusted(-3, -3, 3, 3));
  if (y.low < 0 && y.high > 0) {
    painter.setPen(figurePen(theme.line));
    painter.drawLine(QPointF(plot.left(), y.position(0)), QPointF(plot.right(), y.position(0)));
  }
  painter.setPen(figurePen(colour, 1.2));
  painter.setBrush(Qt::NoBrush);
  if (picture.reduced()) {
    drawBlocks(painter, picture, x, y);
  } else {
    drawValues(painter, picture, x, y);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    const bool dots = std::abs(x.position(1) - x.position(0)) >= kDotPitch;
    for (std::size_t i = 0; dots && i < picture.columns; ++i) {
      const auto value = static_cast<double>(picture.values[i]);
      if (!std::isfinite(value)) continue;
      painter.drawEllipse(QPointF(middleOf(picture, i, x), y.position(value)), 2, 2);
    }
  }
  for (std::size_t i = 0; i < picture.columns; ++i) {  // what has no height stands on the axis
    if (picture.marks[i] == HeatPicture::plain) continue;
    painter.fillRect(QRectF(middleOf(picture, i, x) - 1, plot.bottom() - 8, 2, 8),
                     HeatColours::ofMark(picture.marks[i]));
  }
  painter.restore();
}

}  // namespace lineament::views
