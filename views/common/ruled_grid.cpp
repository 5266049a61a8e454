// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/ruled_grid.h"

#include <QPainter>
#include <algorithm>

#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr double kGap = 14;  // between columns
constexpr double kWidest = 260;
constexpr double kNarrowest = 40;
constexpr std::size_t kMeasuredRows = 400;  // beyond these a cell may be cut

double naturalWidth(const RuledGrid& grid, std::size_t column) {
  const auto at = static_cast<qsizetype>(column);
  const QFont cell = figureFont();
  double widest = textWidth(figureFont(TextSize::label, true), grid.columns[column].title);
  for (std::size_t row = 0; row < std::min(grid.rows.size(), kMeasuredRows); ++row) {
    widest = std::max(widest, textWidth(cell, grid.rows[row][at]));
  }
  return std::min(widest + 1, kWidest);
}

double widthOf(const std::vector<GridPlaces::Column>& columns) {
  double width = 0;
  for (const auto& column : columns) width += column.width + kGap;
  return std::max(width - kGap, 0.0);
}

void drawCell(QPainter& painter, const RuledGrid::Column& column, const GridPlaces::Column& place,
              double left, double middle, const QString& text) {
  const QString shown = elidedText(painter.font(), text, place.width);
  const double x = left + place.left + (column.right_aligned ? place.width : 0);
  drawLabel(painter, {x, middle},
            Qt::AlignVCenter | (column.right_aligned ? Qt::AlignRight : Qt::AlignLeft), shown);
}

bool marked(const RuledGrid& grid, std::size_t row, std::size_t column) {
  return std::any_of(grid.marks.begin(), grid.marks.end(), [&](const RuledGrid::Mark& mark) {
    return mark.row == row && mark.column == column;
  });
}

}  // namespace

GridPlaces placesIn(const RuledGrid& grid, double width) {
  std::vector<GridPlaces::Column> columns;
  for (std::size_t i = 0; i < grid.columns.size(); ++i) {
    columns.push_back({i, 0, naturalWidth(grid, i)});
  }
  const auto rank = [&](const GridPlaces::Column& column) {
    return grid.columns[column.index].rank;
  };
  while (widthOf(columns) > width) {
    const auto last = std::max_element(
        columns.begin(), columns.end(),
        [&](const auto& left, const auto& right) { return rank(left) <= rank(right); });
    if (last == columns.end() || rank(*last) == 0) break;
    columns.erase(last);
  }
  if (!columns.empty() && widthOf(columns) > width) {
    const double over = widthOf(columns) - width;
    columns.front().width = std::max(columns.front().width - over, kNarrowest);
  }
  GridPlaces places;
  double left = 0;
  for (GridPlaces::Column& column : columns) {
    column.left = left;
    left += column.width + kGap;
  }
  places.width = std::max(left - kGap, 0.0);
  places.columns = std::move(columns);
  return places;
}

void drawRuledGrid(QPainter& painter, const QPointF& at, const RuledGrid& grid,
                   const GridPlaces& places, std::size_t rows, double line_width,
                   const Theme& theme) {
  painter.setFont(figureFont(TextSize::label, true));
  painter.setPen(theme.text);
  for (const auto& place : places.columns) {
    drawCell(painter, grid.columns[place.index], place, at.x(), at.y() + kGridHead / 2 - 1,
             grid.columns[place.index].title);
  }
  const auto line = [&](double y, const QColor& colour) {
    painter.setPen(figurePen(colour));
    painter.drawLine(QPointF(at.x(), y), QPointF(at.x() + line_width, y));
  };
  line(at.y() + kGridHead - 1, theme.line);
  painter.setFont(figureFont());
  for (std::size_t row = 0; row < std::min(rows, grid.rows.size()); ++row) {
    const double top = at.y() + kGridHead + kGridRow * static_cast<double>(row);
    for (const auto& place : places.columns) {
      painter.setPen(marked(grid, row, place.index) ? theme.warning : theme.text);
      drawCell(painter, grid.columns[place.index], place, at.x(), top + kGridRow / 2,
               grid.rows[row][static_cast<qsizetype>(place.index)]);
    }
    line(top + kGridRow, theme.grid);
  }
}

std::size_t gridRowsIn(double height, std::size_t rows) {
  const double room = std::max(height - kGridHead, 0.0);
  return std::min(rows, static_cast<std::size_t>(room / kGridRow + 1e-6));
}

QString tabSeparated(const RuledGrid& grid) {
  const auto plain = [](QString text) {
    return text.replace(u'\t', u' ').replace(u'\n', u' ').replace(u'\r', u' ');
  };
  QStringList lines, heads;
  for (const auto& column : grid.columns) heads << plain(column.title);
  lines << heads.join(u'\t');
  for (const QStringList& row : grid.rows) {
    QStringList cells;
    for (const QString& cell : row) cells << plain(cell);
    lines << cells.join(u'\t');
  }
  return lines.join(u'\n') + u'\n';
}

}  // namespace lineament::views
