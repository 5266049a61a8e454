// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "app/report/report.h"

namespace lineament::app {

// What a report says of a data value: for a table its columns with type, missing values, smallest,
// mean and largest value; for a model its features and configuration; for an explanation the order
// of importance; ... Long lists end with a line that says what was left out.
std::vector<Block> describe(const Data& data);

// The table itself, its first rows, where it is small enough to be read on a page.
Grid contentOf(const Table& table, const QString& title);
bool fitsOnPage(const Table& table);

}  // namespace lineament::app
