// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/attention_panels.h"

#include <algorithm>
#include <cmath>

namespace lineament::views {

namespace {

int rowsOf(std::size_t count, int columns) {
  return (static_cast<int>(count) + columns - 1) / columns;
}

double sideByWidth(int columns, double width) {
  return (width - kAxisRoom - kBarRoom - (columns - 1) * kPanelGap) / columns;
}

}  // namespace

PanelLayout layOutPanels(std::size_t count, const QSizeF& size) {
  PanelLayout layout;
  for (int columns = 1; columns <= static_cast<int>(count); ++columns) {
    const int rows = rowsOf(count, columns);
    const double height =
        (size.height() - kAxisRoom - rows * kPanelTitle - (rows - 1) * kPanelGap) / rows;
    const double side = std::min(sideByWidth(columns, size.width()), height);
    if (side > layout.side) layout = {columns, side, {}, {}};
  }
  if (count == 0 || layout.side <= 0) return {};
  const double width = layout.columns * layout.side + (layout.columns - 1) * kPanelGap;
  const double left = kAxisRoom + (size.width() - kAxisRoom - kBarRoom - width) / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const int column = static_cast<int>(i) % layout.columns;
    const int row = static_cast<int>(i) / layout.columns;
    layout.places.emplace_back(left + column * (layout.side + kPanelGap),
                               kPanelTitle + row * (layout.side + kPanelTitle + kPanelGap),
                               layout.side, layout.side);
  }
  const QRectF& first = layout.places.front();
  layout.bar = QRectF(left + width + kPanelGap, first.top(), 10, std::min(first.height(), 180.0));
  return layout;
}

double naturalPanelHeight(std::size_t count, double width) {
  // About the golden section, but never smaller panels than the width would allow by itself.
  const int columns =
      std::max(1, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(count) * 1.6))));
  const int used = std::min<int>(columns, std::max<int>(1, static_cast<int>(count)));
  const int rows = std::max(1, rowsOf(count, used));
  return kAxisRoom + rows * (kPanelTitle + sideByWidth(used, width)) + (rows - 1) * kPanelGap;
}

double panelHeight(std::size_t count, double width, double least, double most) {
  if (count == 0) return 0;
  int rows = 1;
  while (rows < static_cast<int>(count) && sideByWidth(rowsOf(count, rows), width) < least) ++rows;
  const double side = std::clamp(sideByWidth(rowsOf(count, rows), width), 0.0, most);
  return kAxisRoom + rows * (kPanelTitle + side) + (rows - 1) * kPanelGap;
}

double usedPanelHeight(std::size_t count, const QSizeF& size) {
  const PanelLayout layout = layOutPanels(count, size);
  return layout.places.empty() ? 0 : layout.places.back().bottom() + kAxisRoom;
}

std::optional<std::size_t> panelAt(const PanelLayout& layout, const QPointF& at) {
  for (std::size_t i = 0; i < layout.places.size(); ++i) {
    if (layout.places[i].contains(at)) return i;
  }
  return std::nullopt;
}

}  // namespace lineament::views
