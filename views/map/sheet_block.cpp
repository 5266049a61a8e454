// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_block.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "views/common/figure_style.h"
#include "views/map/map_furniture.h"
#include "views/map/sheet_text.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MapSheet)
};

constexpr double kTitleSize = 18, kSubtitleSize = 12, kScaleSize = 16;
constexpr double kFactLine = 15;
constexpr double kCaption = 13;        // above a cell's text
constexpr double kArrowColumn = 40;    // for the north arrow
constexpr double kArrowScale = 1.7;    // of that beside a figure
constexpr double kLegendColumn = 190;  // of a legend in columns, at least

SheetText titleText(const SheetChoices& choices, double width) {
  return {choices.title, sheetFont(kTitleSize, true), width - 2 * kCellPad, 3};
}

SheetText subtitleText(const SheetChoices& choices, double width) {
  return {choices.subtitle, sheetFont(kSubtitleSize), width - 2 * kCellPad, 3};
}

SheetText cellText(const QString& text, double width) {
  return {text, figureFont(), width - 2 * kCellPad};
}

void drawCaption(QPainter& painter, const QPointF& top_left, const QString& text,
                 const Theme& theme) {
  painter.setFont(figureFont(TextSize::small));
  painter.setPen(theme.muted);
  drawLabel(painter, top_left + QPointF(0, kCaption / 2 - 1), Qt::AlignLeft | Qt::AlignVCenter,
            text);
}

double rowHeight(const SheetRow& row, double width) {
  double highest = 0;
  for (const SheetCell& cell : row) {
    highest =
        std::max(highest, cellText(cell.text, width / static_cast<double>(row.size())).height());
  }
  return kCaption + highest + 2 * kCellPad;
}

double factsHeight(const std::vector<SheetFact>& facts) {
  return facts.empty() ? 0 : kFactLine * static_cast<double>(facts.size()) + 2 * kCellPad;
}

void drawFacts(QPainter& painter, const QRectF& area, const std::vector<SheetFact>& facts,
               const Theme& theme) {
  double y = area.top() + kCellPad + kFactLine / 2;
  painter.setFont(figureFont());
  for (const SheetFact& fact : facts) {
    const double room = area.width() - 2 * kCellPad;
    const QString value = elidedText(painter.font(), fact.value, 0.6 * room);
    const double left = room - textWidth(painter.font(), value) - 6;
    painter.setPen(fact.value.isEmpty() ? theme.text : theme.muted);
    drawLabel(painter, {area.left() + kCellPad, y}, Qt::AlignLeft | Qt::AlignVCenter,
              elidedText(painter.font(), fact.name, left));
    painter.setPen(theme.text);
    drawLabel(painter, {area.right() - kCellPad, y}, Qt::AlignRight | Qt::AlignVCenter, value);
    y += kFactLine;
  }
}

std::size_t legendColumns(double width) {
  return static_cast<std::size_t>(std::max((width - 2 * kCellPad) / kLegendColumn, 1.0));
}

}  // namespace

void drawSheetLine(QPainter& painter, const QPointF& from, const QPointF& to, const Theme& theme) {
  painter.setPen(figurePen(theme.text, 0.6));
  painter.drawLine(from, to);
}

double sheetTitleHeight(const SheetChoices& choices, double width) {
  const double under = choices.subtitle.isEmpty() ? 0 : subtitleText(choices, width).height() + 3;
  return titleText(choices, width).height() + under + 2 * kCellPad;
}

void drawSheetTitle(QPainter& painter, const QRectF& cell, const SheetChoices& choices,
                    const Theme& theme) {
  const QPointF at = cell.topLeft() + QPointF(kCellPad, kCellPad);
  const SheetText title = titleText(choices, cell.width());
  title.draw(painter, at, theme.text);
  subtitleText(choices, cell.width())
      .draw(painter, at + QPointF(0, title.height() + 3), theme.text);
}

double sheetScaleHeight(const SheetScale& scale) {
  const double number = scale.number.isEmpty() ? 0 : kScaleSize + 8;
  return std::max(kCaption + number + kSheetBarHeight, kArrowScale * kNorthArrowHeight) +
         2 * kCellPad;
}

double sheetBarRoom(double width) {
  return std::max(width - kArrowColumn - 4 * kCellPad, 40.0);
}

void drawSheetScale(QPainter& painter, const QRectF& cell, const SheetScale& scale,
                    const Theme& theme) {
  QPointF at = cell.topLeft() + QPointF(kCellPad, kCellPad);
  drawCaption(
      painter, at,
      scale.number.isEmpty() ? Words::tr("Scale") : Words::tr("Scale on %1").arg(scale.paper),
      theme);
  at.ry() += kCaption;
  if (!scale.number.isEmpty()) {
    painter.setFont(sheetFont(kScaleSize, true));
    painter.setPen(theme.text);
    drawLabel(painter, at + QPointF(0, kScaleSize / 2 + 1), Qt::AlignLeft | Qt::AlignVCenter,
              scale.number);
    at.ry() += kScaleSize + 8;
  }
  drawSheetBar(painter, at + QPointF(3, 0), scale.bar, theme);
  if (!scale.north) return;
  painter.save();
  painter.translate(cell.right() - kCellPad - kArrowScale * kNorthArrowWidth,
                    cell.center().y() - kArrowScale * kNorthArrowHeight / 2);
  painter.scale(kArrowScale, kArrowScale);
  drawNorthArrow(painter, {0, 0}, theme);
  painter.restore();
}

double sheetBlockHeight(const std::vector<SheetFact>& facts, const std::vector<SheetRow>& rows,
                        double width) {
  double height = factsHeight(facts);
  for (const SheetRow& row : rows) height += rowHeight(row, width);
  return height;
}

void drawSheetBlock(QPainter& painter, const QRectF& area, const std::vector<SheetFact>& facts,
                    const std::vector<SheetRow>& rows, const Theme& theme) {
  drawFacts(painter, area, facts, theme);
  double y = area.top() + factsHeight(facts);
  bool first = facts.empty();
  for (const SheetRow& row : rows) {
    const double height = rowHeight(row, area.width());
    const double width = area.width() / static_cast<double>(row.size());
    if (!first) drawSheetLine(painter, {area.left(), y}, {area.right(), y}, theme);
    first = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double x = area.left() + width * static_cast<double>(i);
      if (i > 0) drawSheetLine(painter, {x, y}, {x, y + height}, theme);
      const QPointF at(x + kCellPad, y + kCellPad);
      drawCaption(painter, at, row[i].caption, theme);
      cellText(row[i].text, width).draw(painter, at + QPointF(0, kCaption), theme.text);
    }
    y += height;
  }
}

double sheetLegendHeight(std::size_t entries, double width) {
  const std::size_t columns = legendColumns(width);
  const std::size_t rows = (entries + columns - 1) / columns;
  return kCaption + 3 + kLegendRow * static_cast<double>(rows) + 2 * kCellPad;
}

void drawSheetLegend(QPainter& painter, const QRectF& cell, const std::vector<LegendEntry>& entries,
                     const Theme& theme) {
  QRectF area = cell.adjusted(kCellPad, kCellPad, -kCellPad, -kCellPad);
  drawCaption(painter, area.topLeft(), Words::tr("Legend"), theme);
  area.setTop(area.top() + kCaption + 3);
  const auto room = static_cast<std::size_t>(std::max(area.height() / kLegendRow, 1.0));
  const std::size_t columns =
      std::min(legendColumns(cell.width()), (entries.size() + room - 1) / room);
  const double gap = 3 * kCellPad;
  const double width = columns == 0 ? 0 : (area.width() + gap) / static_cast<double>(columns) - gap;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t from = i * room;
    // The last one says how many have found no place.
    const std::size_t to = i + 1 == columns ? entries.size() : from + room;
    const std::vector<LegendEntry> part(entries.begin() + static_cast<std::ptrdiff_t>(from),
                                        entries.begin() + static_cast<std::ptrdiff_t>(to));
    const double left = area.left() + static_cast<double>(i) * (width + gap);
    drawLegend(painter, {left, area.top(), width, area.height()}, part, 0, theme);
  }
}

}  // namespace lineament::views
