// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QStringList>
#include <vector>

#include "views/common/theme.h"

class QPainter;

namespace lineament::views {

// Short texts in rows and columns as print has them: a rule under the head, hair lines between the
// rows, numbers to the right.
struct RuledGrid {
  struct Column {
    QString title;
    bool right_aligned = false;
    // Where there is not room for all, columns of the largest rank go first. Of rank 0: never.
    int rank = 0;
  };
  struct Mark {  // a cell that is to be noticed
    std::size_t row;
    std::size_t column;
  };
  std::vector<Column> columns;
  std::vector<QStringList> rows;  // as many texts as there are columns
  std::vector<Mark> marks;
};

// Which columns are shown in a width, and where.
struct GridPlaces {
  struct Column {
    std::size_t index;
    double left;
    double width;
  };
  std::vector<Column> columns;
  double width = 0;  // of all of them
};

constexpr double kGridHead = 20;
constexpr double kGridRow = 18;

// The first column gives way where even the columns of rank 0 do not fit.
GridPlaces placesIn(const RuledGrid& grid, double width);

// The first `rows` rows with the head's top left corner at `at`; hair lines are `line_width` long.
void drawRuledGrid(QPainter& painter, const QPointF& at, const RuledGrid& grid,
                   const GridPlaces& places, std::size_t rows, double line_width,
                   const Theme& theme);

// How many of the rows fit under a head into that height.
std::size_t gridRowsIn(double height, std::size_t rows);

// Rows with their head, tab between cells, for the clipboard.
QString tabSeparated(const RuledGrid& grid);

}  // namespace lineament::views
