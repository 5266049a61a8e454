// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_sheet_layout.h"

#include <algorithm>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr double kEdge = 8 * kUnitsPerMillimetre;  // printers leave as much white
constexpr double kNarrowest = 58 * kUnitsPerMillimetre, kWidest = 96 * kUnitsPerMillimetre;
constexpr double kMostBelow = 0.5;  // of an upright page

double columnWidth(double page_width) {
  return std::clamp(0.22 * page_width, kNarrowest, kWidest);
}

// One column right of the map: the title on top, the legend as high as there is room.
void layOutBroad(MapSheetLayout& sheet, const MapSheetNeeds& needs) {
  const QRectF& border = sheet.border;
  const double width = columnWidth(border.width());
  const double left = border.right() - width;
  sheet.map = border.adjusted(0, 0, -width, 0);
  sheet.lines.emplace_back(left, border.top(), left, border.bottom());
  sheet.title = {left, border.top(), width, needs.title(width)};
  const double block = needs.block(width);
  sheet.block = {left, border.bottom() - block, width, block};
  const double scale = needs.scale(width);
  sheet.scale = {left, sheet.block.top() - scale, width, scale};
  sheet.legend = {left, sheet.title.bottom(), width,
                  std::max(sheet.scale.top() - sheet.title.bottom(), 0.0)};
  for (const double y : {sheet.title.bottom(), sheet.scale.top(), sheet.block.top()}) {
    if (y < border.bottom()) sheet.lines.emplace_back(left, y, border.right(), y);
  }
}

// Below the map: the legend, the block, and the title over the scale.
void layOutUpright(MapSheetLayout& sheet, const MapSheetNeeds& needs) {
  const QRectF& border = sheet.border;
  const double right_width = columnWidth(border.width());
  const double block_width = columnWidth(border.width());
  const double legend_width = border.width() - right_width - block_width;
  const double title = needs.title(right_width), scale = needs.scale(right_width);
  const double legend = needs.legend ? needs.legend(legend_width) : 0;
  const double height = std::min(std::max({title + scale, needs.block(block_width), legend}),
                                 kMostBelow * border.height());
  const double top = border.bottom() - height;
  sheet.map = border.adjusted(0, 0, 0, -height);
  sheet.legend = {border.left(), top, legend_width, height};
  sheet.block = {sheet.legend.right(), top, block_width, height};
  sheet.title = {sheet.block.right(), top, right_width, height - scale};
  sheet.scale = {sheet.block.right(), sheet.title.bottom(), right_width, scale};
  sheet.lines.emplace_back(border.left(), top, border.right(), top);
  for (const double x : {sheet.block.left(), sheet.block.right()}) {
    sheet.lines.emplace_back(x, top, x, border.bottom());
  }
  sheet.lines.emplace_back(sheet.scale.topLeft(), sheet.scale.topRight());
}

}  // namespace

MapSheetLayout layOut(const QSizeF& page, const MapSheetNeeds& needs) {
  MapSheetLayout sheet;
  sheet.border = QRectF(QPointF(), page).adjusted(kEdge, kEdge, -kEdge, -kEdge);
  page.width() > page.height() ? layOutBroad(sheet, needs) : layOutUpright(sheet, needs);
  return sheet;
}

}  // namespace lineament::views
