// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSizeF>
#include <vector>

#include "core/data/table.h"
#include "views/common/theme.h"

class QPainter;

namespace lineament::views {

// The first of `rows` as a table in print: rules above, below and under the head, numbers to the
// right, and a line that says what did not fit.
void paintTable(QPainter& painter, const QSizeF& size, const Theme& theme, const Table& table,
                const std::vector<std::size_t>& rows, std::size_t rows_in_all);

// Its height with that many rows.
double printedTableHeight(std::size_t rows);

}  // namespace lineament::views
