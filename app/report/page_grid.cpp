// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/page_grid.h"

#include <QPainter>
#include <algorithm>
#include <numeric>

#include "app/report/text_box.h"
#include "views/common/theme.h"

namespace lineament::app {

namespace {

constexpr double kGap = 10 * kPoint;
constexpr double kPadding = 2.2 * kPoint;  // above and below a row
constexpr double kFactNames = 42 * kMillimetre;
constexpr int kMostLetters = 1500;  // of one cell: a row has to fit on a page

TextStyle cellStyle(const Grid& grid, std::size_t column, bool head) {
  TextStyle style;
  style.points = 8.5;
  style.line_height = 1.35;
  const bool names = head || (!grid.head && column == 0);
  style.colour = names ? views::figureTheme().muted : views::figureTheme().text;
  style.fixed = !head && grid.columns[column].fixed;
  if (grid.columns[column].numeric) style.align = Qt::AlignRight;
  return style;
}

QString cellText(const QString& text) {
  return text.size() <= kMostLetters ? text : text.left(kMostLetters) + QStringLiteral("…");
}

std::vector<double> widthsOf(const Grid& grid, double available) {
  if (!grid.head && grid.columns.size() == 2) return {kFactNames, available - kFactNames - kGap};
  std::vector<double> lines;
  for (std::size_t i = 0; i < grid.columns.size(); ++i) {
    double widest = textWidth(grid.columns[i].name, cellStyle(grid, i, true)).line;
    for (const QStringList& row : grid.rows) {
      const QString cell = cellText(row[static_cast<qsizetype>(i)]);
      widest = std::max(widest, textWidth(cell, cellStyle(grid, i, false)).line);
    }
    lines.push_back(widest + kPoint);  // rounding must not break a line that fits
  }
  return columnWidths(lines, available, kGap);
}

struct Row {
  std::vector<TextBox> cells;
  double height = 0;
};

Row laidOut(const Grid& grid, const QStringList& texts, const std::vector<double>& widths,
            bool head) {
  Row row;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    row.cells.emplace_back(cellText(texts[static_cast<qsizetype>(i)]), cellStyle(grid, i, head),
                           widths[i]);
    row.height = std::max(row.height, row.cells.back().height());
  }
  row.height += 2 * kPadding;
  return row;
}

void placeRow(Pages& pages, const Row& row, const std::vector<double>& widths, bool head) {
  const double full = pages.width();
  pages.place(row.height, [row, widths, head, full](QPainter& painter) {
    double x = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      row.cells[i].draw(painter, {x, kPadding});
      x += widths[i] + kGap;
    }
    const views::Theme& theme = views::figureTheme();
    painter.setPen(QPen(head ? theme.text : theme.grid, (head ? 0.6 : 0.4) * kPoint));
    painter.drawLine(QPointF(0, row.height), QPointF(full, row.height));
  });
}

QStringList headTexts(const Grid& grid) {
  QStringList texts;
  for (const Grid::Column& column : grid.columns) texts << column.name;
  return texts;
}

void placeTitle(Pages& pages, const Grid& grid) {
  if (grid.title.isEmpty()) return;
  TextStyle style;
  style.points = 9;
  style.bold = true;
  style.colour = views::figureTheme().text;
  const TextBox title(grid.title, style, pages.width());
  pages.keepTogether(title.height() + 60 * kPoint);
  pages.place(title.height() + kPoint, [title](QPainter& painter) { title.draw(painter, {}); });
}

void placeNote(Pages& pages, const Grid& grid) {
  if (grid.note.isEmpty()) return;
  TextStyle style;
  style.points = 8;
  style.colour = views::figureTheme().muted;
  const TextBox note(grid.note, style, pages.width());
  pages.place(note.height() + 2 * kPoint,
              [note](QPainter& painter) { note.draw(painter, {0, 2 * kPoint}); });
}

}  // namespace

std::vector<double> columnWidths(const std::vector<double>& lines, double available, double gap) {
  const double room = available - gap * (static_cast<double>(lines.size()) - 1);
  const double wanted = std::accumulate(lines.begin(), lines.end(), 0.0);
  std::vector<double> widths = lines;
  if (wanted <= room) {
    const double more = (room - wanted) / static_cast<double>(lines.size());
    for (double& width : widths) width += more;
    return widths;
  }
  // Columns under the limit keep their width, the others share what is left evenly.
  std::vector<double> sorted = lines;
  std::sort(sorted.begin(), sorted.end());
  double left = room;
  double limit = room / static_cast<double>(lines.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    limit = left / static_cast<double>(sorted.size() - i);
    if (sorted[i] > limit) break;
    left -= sorted[i];
  }
  for (double& width : widths) width = std::min(width, limit);
  return widths;
}

void placeGrid(Pages& pages, const Grid& grid) {
  if (grid.columns.empty()) return;
  pages.space(8 * kPoint);
  placeTitle(pages, grid);
  const std::vector<double> widths = widthsOf(grid, pages.width());
  const Row head = laidOut(grid, headTexts(grid), widths, true);
  bool head_due = grid.head;
  for (const QStringList& texts : grid.rows) {
    const Row row = laidOut(grid, texts, widths, false);
    if (row.height + (head_due ? head.height : 0) > pages.room()) {
      pages.breakPage();
      head_due = grid.head;
    }
    if (head_due) placeRow(pages, head, widths, true);
    head_due = false;
    placeRow(pages, row, widths, false);
  }
  placeNote(pages, grid);
  pages.space(8 * kPoint);
}

}  // namespace lineament::app
