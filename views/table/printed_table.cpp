// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/printed_table.h"

#include <QPainter>
#include <algorithm>

#include "views/common/figure_style.h"
#include "views/common/number_text.h"
#include "views/table/table_model.h"

namespace lineament::views {

namespace {

constexpr double kLine = 16;
constexpr double kHead = 34;  // two lines: name and unit
constexpr double kNote = 18;
constexpr double kGap = 14;  // between columns
constexpr double kWidest = 150;

struct PrintedColumn {
  std::size_t index;
  double left;
  double width;
  bool right_aligned;
};

QString unitOf(const Column& column) {
  return QString::fromStdString(column.unit());
}

// As many columns from the left as fit, each as wide as its widest cell.
std::vector<PrintedColumn> placed(const Table& table, const std::vector<std::size_t>& rows,
                                  std::size_t shown, double width) {
  const QFont head = figureFont(TextSize::label, true), cell = figureFont();
  std::vector<PrintedColumn> columns;
  double left = 2;
  for (std::size_t c = 0; c < table.columnCount(); ++c) {
    const Column& column = table.column(c);
    double wide = std::max(textWidth(head, QString::fromStdString(column.name())),
                           textWidth(cell, unitOf(column)));
    for (std::size_t i = 0; i < shown; ++i) {
      wide = std::max(wide, textWidth(cell, cellText(column, rows[i])));
    }
    wide = std::min(wide + 1, kWidest);
    if (left + wide > width && c > 0) break;
    columns.push_back({c, left, std::min(wide, width - left), column.numeric()});
    left += wide + kGap;
  }
  return columns;
}

void drawCell(QPainter& painter, const PrintedColumn& column, double middle, const QString& text) {
  const QString shown = elidedText(painter.font(), text, column.width);
  const double x = column.right_aligned ? column.left + column.width : column.left;
  drawLabel(painter, {x, middle},
            Qt::AlignVCenter | (column.right_aligned ? Qt::AlignRight : Qt::AlignLeft), shown);
}

void drawNote(QPainter& painter, const QPointF& at, std::size_t rows, std::size_t rows_in_all,
              std::size_t columns, std::size_t columns_in_all) {
  QStringList parts;
  const auto count = [](std::size_t number) { return numberText(static_cast<double>(number), 15); };
  if (rows < rows_in_all)
    parts << TableModel::tr("%1 of %2 rows").arg(count(rows), count(rows_in_all));
  if (columns < columns_in_all) {
    parts << TableModel::tr("%1 of %2 columns").arg(count(columns), count(columns_in_all));
  }
  painter.setFont(figureFont(TextSize::small));
  drawLabel(painter, at, Qt::AlignLeft | Qt::AlignVCenter, parts.join(QStringLiteral(", ")));
}

}  // namespace

double printedTableHeight(std::size_t rows) {
  return kHead + kLine * static_cast<double>(rows) + kNote + 6;
}

void paintTable(QPainter& painter, const QSizeF& size, const Theme& theme, const Table& table,
                const std::vector<std::size_t>& rows, std::size_t rows_in_all) {
  const double room = std::max(size.height() - kHead - kNote - 6, 0.0);
  const std::size_t shown = std::min(rows.size(), static_cast<std::size_t>(room / kLine));
  const auto columns = placed(table, rows, shown, size.width() - 2);
  const auto rule = [&](double y, double width) {
    painter.setPen(figurePen(theme.text, width));
    painter.drawLine(QPointF(0, y), QPointF(size.width(), y));
  };
  rule(1, 1.2);
  for (const PrintedColumn& column : columns) {
    const Column& source = table.column(column.index);
    painter.setFont(figureFont(TextSize::label, true));
    painter.setPen(theme.text);
    drawCell(painter, column, 11, QString::fromStdString(source.name()));
    painter.setFont(figureFont());
    painter.setPen(theme.muted);
    drawCell(painter, column, 24, unitOf(source));
  }
  rule(kHead - 1, 0.7);
  for (std::size_t i = 0; i < shown; ++i) {
    const double middle = kHead + kLine * (static_cast<double>(i) + 0.5);
    for (const PrintedColumn& column : columns) {
      const Column& source = table.column(column.index);
      painter.setPen(source.missing(rows[i]) ? theme.muted : theme.text);
      drawCell(painter, column, middle, cellText(source, rows[i]));
    }
  }
  const double bottom = kHead + kLine * static_cast<double>(shown) + 1;
  rule(bottom, 1.2);
  painter.setPen(theme.muted);
  drawNote(painter, {2, bottom + kNote / 2 + 1}, shown, rows_in_all, columns.size(),
           table.columnCount());
}

}  // namespace lineament::views
