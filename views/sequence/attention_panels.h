// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <optional>
#include <vector>

namespace lineament::views {

// Where square matrices side by side lie in a figure: as many columns as make them largest, a title
// above each, room for a colour bar on the right.
struct PanelLayout {
  int columns = 1;
  double side = 0;             // of a matrix
  std::vector<QRectF> places;  // of the matrices, row by row
  QRectF bar;                  // of the colour bar
};

constexpr double kPanelTitle = 34;  // two lines of text above a matrix
constexpr double kPanelGap = 16;
constexpr double kBarRoom = 64;   // bar, its numbers, and the gap before it
constexpr double kAxisRoom = 26;  // below the last row: "key", and left: "query"

PanelLayout layOutPanels(std::size_t count, const QSizeF& size);

// The height at which `count` panels are as large as a figure of that width allows.
double naturalPanelHeight(std::size_t count, double width);

// The height at which all panels stand in as few rows as leave each a side of at least `least`, and
// none of more than `most`.
double panelHeight(std::size_t count, double width, double least, double most);

// The height that panels in a figure of that size use of it.
double usedPanelHeight(std::size_t count, const QSizeF& size);

// The panel at that place, if any.
std::optional<std::size_t> panelAt(const PanelLayout& layout, const QPointF& at);

}  // namespace lineament::views
