// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/curve_look.h"

#include <algorithm>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr float kPale = 0.22f;
constexpr double kLine = 1.4, kForwardLine = 2.4;

// How often the colours have started again.
std::size_t roundOf(std::size_t mechanism) {
  return std::min<std::size_t>(mechanism / kCategories, 2);
}

}  // namespace

QColor mechanismColour(const CurveLook& look, std::size_t mechanism, bool dark) {
  QColor colour = categoricalColour(static_cast<int>(mechanism), dark);
  if (look.forward && *look.forward != mechanism) colour.setAlphaF(kPale);
  return colour;
}

QPen mechanismPen(const CurveLook& look, std::size_t mechanism, bool dark) {
  const bool strong = look.forward == mechanism;
  constexpr Qt::PenStyle kStyles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine};
  QPen pen = figurePen(mechanismColour(look, mechanism, dark), strong ? kForwardLine : kLine,
                       kStyles[roundOf(mechanism)]);
  pen.setJoinStyle(Qt::RoundJoin);
  return pen;
}

void drawSwatch(QPainter& painter, const QPointF& top_left, const QColor& colour,
                std::size_t mechanism, bool hidden) {
  const QRectF whole(top_left, QSizeF(kSwatch, kSwatch));
  const std::size_t round = roundOf(mechanism);
  if (!hidden && round == 0) return painter.fillRect(whole, colour);
  painter.setPen(figurePen(colour, 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5));
  if (hidden) return;
  painter.fillRect(
      round == 1 ? whole.adjusted(0, 0, -kSwatch / 2, 0) : whole.adjusted(2.5, 2.5, -2.5, -2.5),
      colour);
}

std::vector<std::size_t> shownCurves(const Comparison::Plot& plot, const CurveLook& look) {
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < plot.owners.size(); ++i) {
    if (!look.hidden.contains(plot.owners[i])) shown.push_back(i);
  }
  std::stable_partition(shown.begin(), shown.end(),
                        [&](std::size_t curve) { return look.forward != plot.owners[curve]; });
  return shown;
}

std::optional<std::size_t> nearestPoint(const Series::Curve& curve, std::size_t token) {
  const auto away = [token](std::uint64_t row) { return row > token ? row - token : token - row; };
  const auto found =
      std::min_element(curve.rows.begin(), curve.rows.end(),
                       [&](std::uint64_t a, std::uint64_t b) { return away(a) < away(b); });
  if (found == curve.rows.end()) return std::nullopt;
  return static_cast<std::size_t>(found - curve.rows.begin());
}

void drawCellTitle(const Drawing& drawing, const QRectF& cell, const QString& title,
                   const QString& measured) {
  QPainter& painter = drawing.painter;
  const QFont bold = figureFont(TextSize::label, true), small = figureFont(TextSize::small);
  const QString shown = elidedText(bold, title, cell.width());
  painter.setFont(bold);
  painter.setPen(drawing.theme.text);
  const double y = cell.top() + kCellTitle / 2 - 2;
  drawLabel(painter, {cell.left(), y}, Qt::AlignLeft | Qt::AlignVCenter, shown);
  const double left = cell.left() + textWidth(bold, shown) + 8;
  if (left + textWidth(small, measured) > cell.right()) return;
  painter.setFont(small);
  painter.setPen(drawing.theme.muted);
  drawLabel(painter, {left, y}, Qt::AlignLeft | Qt::AlignVCenter, measured);
}

}  // namespace lineament::views
