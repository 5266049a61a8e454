// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/csv_options.h"
#include "core/io/delimited_field.h"

namespace lineament::io {

// What the start of a file says about the whole: its dialect, its columns and where data begin.
struct Layout {
  Dialect dialect;
  bool header = false;
  std::vector<std::string> names;  // one per column; empty without a header
  std::vector<std::string> units;  // one per column, or none at all
  std::size_t columns = 0;         // fields of a usual record
  std::uint64_t data_offset = 0;   // letters before the first record of data
  // Where a quote opens in the header or the units row that nothing in the sample closes.
  std::optional<std::uint64_t> open_quote;
  bool tabular = false;  // nearly all records have the same two columns or more
};

// Looks at the first letters of a text: all of it if `whole`, else some.
Layout detectLayout(std::string_view sample, bool whole, const CsvOptions& options);

// Whether a word is a physical unit: "mm", "kg/m3", "[MPa]", "°C", "-".
bool isUnit(std::string_view word);

}  // namespace lineament::io
