// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/context.h"
#include "core/data/table.h"

namespace lineament::views {

// A condition on the values of one column, as people type it:
//   > 5   >= 5   < 5   <= 5   = 5   != 5   2..7   numbers, dates by their text
//   = word   != word   contains part             words; case does not matter
//   missing   present
// A bare number or word means "=" in columns of numbers and "contains" in others.
struct ColumnFilter {
  enum class Test {
    missing,
    present,
    less,
    at_most,
    more,
    at_least,
    equal,
    unequal,
    between,
    contains
  };
  Test test = Test::present;
  double low = 0;   // the number to compare with; the range's first
  double high = 0;  // the range's last
  std::string word;
};

// Throws Error (usage) "filter.expression" when the text is no condition for such a column.
ColumnFilter parseFilter(std::string_view text, const Column& column);

// Which rows to show in which order. Without filters and sorting nothing has to be kept.
struct RowOrderRequest {
  struct OfColumn {
    std::size_t column;
    ColumnFilter filter;
  };
  std::vector<OfColumn> filters;  // all have to hold
  std::optional<std::size_t> sort_column;
  bool descending = false;

  bool natural() const { return filters.empty() && !sort_column; }
};

// The rows' indices. Sorting is stable; missing values and NaN come last either way. Throws
// Cancelled when the context says so.
std::vector<std::uint32_t> rowOrder(const Table& table, const RowOrderRequest& request,
                                    const Context& context);

}  // namespace lineament::views
