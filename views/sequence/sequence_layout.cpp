// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/sequence_layout.h"

#include <algorithm>
#include <cmath>

#include "views/common/ruled_grid.h"
#include "views/sequence/attention_panels.h"

namespace lineament::views {

namespace {

constexpr double kMargin = 10, kGap = 16;
constexpr double kEntry = 20;       // height of a legend's line
constexpr double kTableTitle = 20;  // above a table's head
constexpr double kNaturalCell = 134, kLeastCell = 104;
constexpr double kNarrowestCell = 170;
constexpr double kLeastSide = 90, kMostSide = 176;  // of a matrix
constexpr double kLeastMatrices = 0.7;              // of their natural height
constexpr double kLeastSideInOneRow = 70;

struct Grid {
  int columns = 1, rows = 0;
};

// The plane takes two places, one above the other, in the last column.
int slotsOf(const SequenceContent& content) {
  return static_cast<int>(content.plots) + (content.plane ? 2 : 0);
}

// The fewest rows whose cells are wide enough, and of the same number of rows the widest cells.
Grid gridFor(const SequenceContent& content, double width) {
  const int places = slotsOf(content);
  if (places == 0) return {};
  const int most = std::max(1, static_cast<int>((width + kGap) / (kNarrowestCell + kGap)));
  const int least = content.plane ? 2 : 1;  // rows
  const int rows = std::max(least, (places + most - 1) / most);
  return {(places + rows - 1) / rows, rows};
}

double gridHeight(const Grid& grid, double cell) {
  return grid.rows == 0 ? 0 : grid.rows * cell + (grid.rows - 1) * kGap;
}

int linesOf(const std::vector<double>& entries, double width) {
  int lines = entries.empty() ? 0 : 1;
  double x = 0;
  for (const double entry : entries) {
    if (x > 0 && x + entry > width) {
      ++lines;
      x = 0;
    }
    x += entry;
  }
  return lines;
}

bool sideBySide(const SequenceContent& content, double width) {
  return content.measures + 2 * kGap + content.values <= width;
}

double tableHeight(const SequenceContent& content) {
  if (content.rows == 0) return 0;
  return kTableTitle + kGridHead + static_cast<double>(content.rows) * kGridRow;
}

// Of what has a height of its own: the legend, the tables, and the gaps between the parts.
double fixedHeight(const SequenceContent& content, double width) {
  const bool below = content.values > 0 && !content.exchange && !sideBySide(content, width);
  return linesOf(content.entries, width) * kEntry + 3 * kGap +
         tableHeight(content) * (below ? 2 : 1) + (below ? kGap : 0);
}

double naturalMatrices(const SequenceContent& content, double width) {
  return panelHeight(content.matrices, width, kLeastSide, kMostSide);
}

// In fewer rows where they can still be read.
double leastMatrices(const SequenceContent& content, double width) {
  return std::min(kLeastMatrices * naturalMatrices(content, width),
                  panelHeight(content.matrices, width, kLeastSideInOneRow, kMostSide));
}

void placeLegend(SequenceLayout& layout, const SequenceContent& content, double width) {
  QPointF at(0, 0);
  for (const double entry : content.entries) {
    if (at.x() > 0 && at.x() + entry > width) at = {0, at.y() + kEntry};
    layout.legend.emplace_back(at, QSizeF(entry, kEntry));
    at.rx() += entry;
  }
}

void placePlots(SequenceLayout& layout, const SequenceContent& content, const QRectF& area) {
  const Grid grid = gridFor(content, area.width());
  if (grid.rows == 0) return;
  const double width = (area.width() - (grid.columns - 1) * kGap) / grid.columns;
  const double height = (area.height() - (grid.rows - 1) * kGap) / grid.rows;
  const auto slot = [&](int row, int column) {
    return QRectF(area.left() + column * (width + kGap), area.top() + row * (height + kGap), width,
                  height);
  };
  if (content.plane) {
    layout.plane = slot(0, grid.columns - 1).united(slot(1, grid.columns - 1));
  }
  for (int i = 0; layout.plots.size() < content.plots; ++i) {
    const int row = i / grid.columns, column = i % grid.columns;
    if (content.plane && row < 2 && column == grid.columns - 1) continue;
    layout.plots.push_back(slot(row, column));
  }
}

void placeTables(SequenceLayout& layout, const SequenceContent& content, double top, double width) {
  if (content.rows == 0) return;
  const double height = tableHeight(content);
  layout.measures = QRectF(0, top, width, height);
  if (content.values == 0) return;
  if (sideBySide(content, width)) {
    // What is left over is shared.
    const double spare = width - content.measures - content.values - 2 * kGap;
    layout.measures.setWidth(content.measures + spare / 2);
    const double left = layout.measures.right() + 2 * kGap;
    layout.values = QRectF(left, top, width - left, height);
  } else if (content.exchange) {
    layout.values = layout.measures;
  } else {
    layout.values = QRectF(0, top + height + kGap, width, height);
  }
}

// Everything in a figure without margins.
SequenceLayout layOutInside(const SequenceContent& content, const QSizeF& size) {
  SequenceLayout layout;
  const double width = size.width();
  placeLegend(layout, content, width);
  const double room = std::max(size.height() - fixedHeight(content, width), 0.0);
  const double natural = naturalMatrices(content, width);
  const double plots = gridHeight(gridFor(content, width), kLeastCell);
  const double offered =
      std::clamp(room - plots, std::min(leastMatrices(content, width), room), natural);
  const double matrices = usedPanelHeight(content.matrices, {width, offered});
  double top = linesOf(content.entries, width) * kEntry + kGap;
  if (matrices > 0) layout.matrices = QRectF(0, top, width, matrices);
  top += matrices + kGap;
  const double rest = std::max(room - matrices, 0.0);
  placePlots(layout, content, QRectF(0, top, width, plots > 0 ? rest : 0));
  placeTables(layout, content, top + rest + kGap, width);
  return layout;
}

}  // namespace

SequenceLayout layOutSequence(const SequenceContent& content, const QSizeF& size) {
  const QSizeF inside(std::max(size.width() - 2 * kMargin, 1.0), size.height() - 2 * kMargin);
  SequenceLayout layout = layOutInside(content, inside);
  const auto shift = [](QRectF& place) { place.translate(kMargin, kMargin); };
  for (QRectF& entry : layout.legend) shift(entry);
  for (QRectF& plot : layout.plots) shift(plot);
  for (QRectF* place : {&layout.matrices, &layout.plane, &layout.measures, &layout.values}) {
    if (!place->isNull()) shift(*place);
  }
  return layout;
}

double naturalSequenceHeight(const SequenceContent& content, double width) {
  const double inside = width - 2 * kMargin;
  return 2 * kMargin + fixedHeight(content, inside) + naturalMatrices(content, inside) +
         gridHeight(gridFor(content, inside), kNaturalCell);
}

double leastSequenceHeight(const SequenceContent& content, double width) {
  const double inside = width - 2 * kMargin;
  return 2 * kMargin + fixedHeight(content, inside) + leastMatrices(content, inside) +
         gridHeight(gridFor(content, inside), kLeastCell);
}

}  // namespace lineament::views
