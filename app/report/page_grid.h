// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "app/report/pages.h"
#include "app/report/report.h"

namespace lineament::app {

// A table on PDF pages: columns as wide as their text where the page has room, the widest ones
// wrapped where it has not; the head again on each page; rows stay whole.
void placeGrid(Pages& pages, const Grid& grid);

// The columns' widths, which with the gaps between them fill `available`. `lines` are the widths
// of the columns' widest texts on one line.
std::vector<double> columnWidths(const std::vector<double>& lines, double available, double gap);

}  // namespace lineament::app
