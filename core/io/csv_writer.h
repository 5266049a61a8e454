// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/context.h"
#include "core/data/table.h"

namespace lineament::io {

// Writes a table as RFC 4180 has it, in UTF-8: a header, under it a row of units where columns of
// numbers, dates or times have some ("mm/s", or "[mm/s per t]" where the bare word would not be
// known for a unit), commas, quotes only where they are needed,
// numbers with the fewest digits that give the same number again, nothing for a missing value, and
// lines ended by a line feed. Real numbers keep a decimal sign ("2.0"), so that reading gives the
// same types again; a row of nothing but missing values begins with NA, since an empty line is no
// row. NaN is written as NaN, which readers take as missing. The columns' units are left out, since
// most programs would read them as text, or stand in a row of their own under the header.
enum class CsvUnits { none, second_row };
void writeCsv(const Table& table, const std::filesystem::path& path, const Context& context = {},
              CsvUnits units = CsvUnits::none);

}  // namespace lineament::io
