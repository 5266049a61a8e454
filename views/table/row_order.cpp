// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/row_order.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace lineament::views {

namespace {

constexpr ErrorText kExpression{"filter.expression", "Filter the column '{column}' by '{text}'",
                                "this is no condition for {type} values", "",
                                "Write a condition such as > 5, 2..7, = x, contains x or missing"};
constexpr ErrorText kTooLong{"table.too_long", "Sort or filter a table of {rows} rows",
                             "at most 4,294,967,295 rows can be put in order", "",
                             "Split the table"};

using Test = ColumnFilter::Test;

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? char(letter + 32) : letter;
}

std::string lowered(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(), lower);
  return copy;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool take(std::string_view& text, std::string_view prefix) {
  if (lowered(text.substr(0, prefix.size())) != prefix) return false;
  text = trimmed(text.substr(prefix.size()));
  return true;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  return std::nullopt;
}

// "2026-11-23" as the days that a column of dates counts, or the seconds of a column of times.
std::optional<double> date(std::string_view text, bool seconds) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)),
             day = number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const double days = daysFromCivil(int(*year), int(*month), int(*day));
  return seconds ? days * 86400 : days;
}

std::optional<double> valueIn(const Column& column, std::string_view text) {
  switch (column.type()) {
    case Column::Type::date:
      return date(text, false);
    case Column::Type::time:
      return date(text, true);
    case Column::Type::text:
      return std::nullopt;
    default:
      return number(text);
  }
}

std::optional<ColumnFilter> comparison(std::string_view text, const Column& column) {
  constexpr std::pair<std::string_view, Test> kSigns[] = {
      {">=", Test::at_least}, {"<=", Test::at_most}, {"!=", Test::unequal},
      {">", Test::more},      {"<", Test::less},     {"=", Test::equal}};
  for (const auto& [sign, test] : kSigns) {
    std::string_view rest = text;
    if (!take(rest, sign)) continue;
    ColumnFilter filter{test, 0, 0, lowered(rest)};
    const bool by_word =
        column.type() == Column::Type::text && (test == Test::equal || test == Test::unequal);
    if (by_word) return filter;
    if (const auto value = valueIn(column, rest)) {
      filter.low = *value;
      return filter;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

bool holds(const ColumnFilter& filter, double value) {
  switch (filter.test) {
    case Test::less:
      return value < filter.low;
    case Test::at_most:
      return value <= filter.low;
    case Test::more:
      return value > filter.low;
    case Test::at_least:
      return value >= filter.low;
    case Test::equal:
      return value == filter.low;
    case Test::unequal:
      return value != filter.low && !std::isnan(value);
    case Test::between:
      return value >= filter.low && value <= filter.high;
    default:
      return false;
  }
}

bool holds(const ColumnFilter& filter, std::string_view word) {
  if (filter.test == Test::contains) {
    const auto same = [](char a, char b) { return lower(a) == b; };
    return std::search(word.begin(), word.end(), filter.word.begin(), filter.word.end(), same) !=
               word.end() ||
           filter.word.empty();
  }
  const bool equal = std::equal(word.begin(), word.end(), filter.word.begin(), filter.word.end(),
                                [](char a, char b) { return lower(a) == b; });
  return filter.test == Test::equal ? equal : !equal;
}

bool rowHolds(const Column& column, const ColumnFilter& filter, std::size_t row) {
  if (filter.test == Test::missing) return column.missing(row);
  if (column.missing(row)) return false;
  if (filter.test == Test::present) return true;
  if (column.type() == Column::Type::text) {
    return holds(filter, std::get<TextValues>(column.values())[row]);
  }
  if (filter.test == Test::contains) return holds(filter, column.text(row));
  return holds(filter, column.number(row));
}

// Calls `before(a, b)` and looks at the stop token now and then; the sort ends by the exception.
template <class Before>
void sortBy(std::vector<std::uint32_t>& order, const Context& context, const Before& before) {
  std::size_t comparisons = 0;
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (++comparisons % (1 << 18) == 0 && context.stopRequested()) throw Cancelled();
    return before(a, b);
  });
}

void sortRows(std::vector<std::uint32_t>& order, const Column& column, bool descending,
              const Context& context) {
  const bool words = column.type() == Column::Type::text;
  // Rows without a value to compare go to the end and keep their order.
  const auto end = std::stable_partition(order.begin(), order.end(), [&](std::uint32_t row) {
    return !column.missing(row) && (words || !std::isnan(column.number(row)));
  });
  std::vector<std::uint32_t> rest(end, order.end());
  order.erase(end, order.end());
  if (words) {
    const auto& values = std::get<TextValues>(column.values());
    sortBy(order, context, [&](std::uint32_t a, std::uint32_t b) {
      return descending ? values[b] < values[a] : values[a] < values[b];
    });
  } else if (column.type() == Column::Type::integer) {
    const auto& values = std::get<SharedArray<std::int64_t>>(column.values());
    sortBy(order, context, [&](std::uint32_t a, std::uint32_t b) {
      return descending ? values[b] < values[a] : values[a] < values[b];
    });
  } else {
    const std::vector<double> values = column.numbers();
    sortBy(order, context, [&](std::uint32_t a, std::uint32_t b) {
      return descending ? values[b] < values[a] : values[a] < values[b];
    });
  }
  order.insert(order.end(), rest.begin(), rest.end());
}

}  // namespace

ColumnFilter parseFilter(std::string_view text, const Column& column) {
  std::string_view rest = trimmed(text);
  if (lowered(rest) == "missing") return {Test::missing};
  if (lowered(rest) == "present") return {Test::present};
  if (const auto filter = comparison(rest, column)) return *filter;
  if (take(rest, "contains ")) return {Test::contains, 0, 0, lowered(rest)};
  const bool sign =
      !rest.empty() && std::string_view("<>=!").find(rest[0]) != std::string_view::npos;
  if (const auto dots = rest.find(".."); dots != std::string_view::npos && !sign) {
    const auto low = valueIn(column, trimmed(rest.substr(0, dots)));
    const auto high = valueIn(column, trimmed(rest.substr(dots + 2)));
    if (low && high) return {Test::between, *low, *high};
  }
  if (const auto value = valueIn(column, rest)) return {Test::equal, *value};
  if (column.type() == Column::Type::text && !sign && !rest.empty()) {
    return {Test::contains, 0, 0, lowered(rest)};
  }
  throw Error::usage(kExpression,
                     {{"column", column.name()}, {"text", text}, {"type", name(column.type())}});
}

std::vector<std::uint32_t> rowOrder(const Table& table, const RowOrderRequest& request,
                                    const Context& context) {
  if (table.rows() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(kTooLong, {{"rows", table.rows()}});
  }
  std::vector<std::uint32_t> order;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (row % (1 << 18) == 0) {
      context.checkpoint(0.3 * static_cast<double>(row) / static_cast<double>(table.rows()),
                         "Filtering rows");
    }
    const bool all =
        std::all_of(request.filters.begin(), request.filters.end(), [&](const auto& of_column) {
          return rowHolds(table.column(of_column.column), of_column.filter, row);
        });
    if (all) order.push_back(static_cast<std::uint32_t>(row));
  }
  if (request.sort_column) {
    context.checkpoint(0.3, "Sorting rows");
    sortRows(order, table.column(*request.sort_column), request.descending, context);
  }
  return order;
}

}  // namespace lineament::views
