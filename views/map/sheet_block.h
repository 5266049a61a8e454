// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QRectF>
#include <vector>

#include "views/common/theme.h"
#include "views/map/map_legend.h"
#include "views/map/sheet_choices.h"
#include "views/map/sheet_frame.h"

namespace lineament::views {

constexpr double kCellPad = 7;  // between a cell's lines and what is in it, in units

// A cell of the title block: what it is, small, and what it says.
struct SheetCell {
  QString caption, text;
};
using SheetRow = std::vector<SheetCell>;  // beside each other

// Title and subtitle, as large as a sheet's are.
double sheetTitleHeight(const SheetChoices& choices, double width);
void drawSheetTitle(QPainter& painter, const QRectF& cell, const SheetChoices& choices,
                    const Theme& theme);

// "1:50,000" with the paper it is true on, a bar and an arrow to the north.
struct SheetScale {
  QString number;  // empty where the map has no one scale
  QString paper;
  ScaleBar bar;
  bool north = true;
};
double sheetScaleHeight(const SheetScale& scale);
double sheetBarRoom(double width);  // for the bar in a cell of that width
void drawSheetScale(QPainter& painter, const QRectF& cell, const SheetScale& scale,
                    const Theme& theme);

// Facts, each on a line, then rows of cells, with lines between them.
double sheetBlockHeight(const std::vector<SheetFact>& facts, const std::vector<SheetRow>& rows,
                        double width);
void drawSheetBlock(QPainter& painter, const QRectF& area, const std::vector<SheetFact>& facts,
                    const std::vector<SheetRow>& rows, const Theme& theme);

// The legend in as many columns as it needs and the cell has room for.
double sheetLegendHeight(std::size_t entries, double width);
void drawSheetLegend(QPainter& painter, const QRectF& cell, const std::vector<LegendEntry>& entries,
                     const Theme& theme);

void drawSheetLine(QPainter& painter, const QPointF& from, const QPointF& to, const Theme& theme);

}  // namespace lineament::views
