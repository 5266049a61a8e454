// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_arrangement.h"

#include <QPolygonF>
#include <algorithm>
#include <array>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr std::array<std::string_view, 3> kNames{"over", "swipe", "beside"};

void drawArrow(QPainter& painter, const QPointF& middle, double side) {
  painter.drawPolygon(QPolygonF{middle + QPointF(side * 6, 0), middle + QPointF(side * 2, -3.5),
                                middle + QPointF(side * 2, 3.5)});
}

}  // namespace

std::string_view name(MapArrangement arrangement) {
  return kNames[static_cast<std::size_t>(arrangement)];
}

std::optional<MapArrangement> arrangementFromName(std::string_view wanted) {
  const auto found = std::find(kNames.begin(), kNames.end(), wanted);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<MapArrangement>(found - kNames.begin());
}

std::vector<QRectF> plotsOf(const QRectF& frame, MapArrangement arrangement, double gap) {
  if (arrangement != MapArrangement::beside) return {frame};
  const QSizeF half(std::max((frame.width() - gap) / 2, 1.0), frame.height());
  return {QRectF(frame.topLeft(), half),
          QRectF(QPointF(frame.left() + half.width() + gap, frame.top()), half)};
}

double dividerAt(const QRectF& plot, double share) {
  return plot.left() + share * plot.width();
}

// White on dark, so that it is seen on any picture.
void drawDivider(QPainter& painter, const QRectF& plot, double share) {
  const double x = dividerAt(plot, share);
  for (const auto& [colour, width] :
       {std::pair(QColor(0, 0, 0, 200), 2.5), std::pair(QColor(Qt::white), 1.0)}) {
    painter.setPen(figurePen(colour, width));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  }
}

void drawDividerHandle(QPainter& painter, const QRectF& plot, double share, const Theme& theme) {
  const QPointF middle(dividerAt(plot, share), plot.center().y());
  painter.setPen(figurePen(theme.line, 1));
  painter.setBrush(theme.panel);
  painter.drawEllipse(middle, kHandleRadius, kHandleRadius);
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme.text);
  drawArrow(painter, middle, -1);
  drawArrow(painter, middle, 1);
}

}  // namespace lineament::views
