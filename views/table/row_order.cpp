// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table/row_order.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "core/base/memory.h"
#include "core/base/parallel.h"

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

constexpr std::size_t kBlock = 1 << 16;  // rows: under 10 ms of sorting
constexpr double kFiltered = 0.2;        // share of the work

template <class Key>
struct KeyedRow {
  Key key;
  std::uint32_t row;
};

// Of the first `count` of both runs merged, how many are from the first one; equals come from it
// first.
template <class Item, class Before>
std::size_t takenFromFirst(std::span<const Item> first, std::span<const Item> second,
                           std::size_t count, const Before& before) {
  std::size_t low = count > second.size() ? count - second.size() : 0;
  std::size_t high = std::min(count, first.size());
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (before(second[count - middle - 1], first[middle])) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// Merges the sorted runs of `width` items in pairs. Blocks of the output are made independently of
// each other, so that the last merge uses all threads, too.
template <class Item, class Before>
void mergeRuns(std::span<const Item> from, std::span<Item> to, std::size_t width,
               const Before& before, const Context& context) {
  forBlocks(from.size(), kBlock, context, [&](std::size_t begin, std::size_t end) {
    const std::size_t pair = begin / (2 * width) * (2 * width);
    const auto whole = from.subspan(pair, std::min(2 * width, from.size() - pair));
    const auto first = whole.first(std::min(width, whole.size()));
    const auto second = whole.subspan(first.size());
    const std::size_t a = takenFromFirst(first, second, begin - pair, before);
    const std::size_t b = takenFromFirst(first, second, end - pair, before);
    const auto part = [](std::span<const Item> run, std::size_t low, std::size_t high) {
      return run.subspan(low, high - low);
    };
    const auto left = part(first, a, b);
    const auto right = part(second, begin - pair - a, end - pair - b);
    std::merge(left.begin(), left.end(), right.begin(), right.end(),
               to.begin() + static_cast<std::ptrdiff_t>(begin), before);
  });
}

// Stable, with all threads, in fixed blocks.
template <class Item, class Before>
void sortItems(std::vector<Item>& items, const Before& before, const Context& context) {
  std::vector<Item> other(items.size());
  forBlocks(items.size(), kBlock, context, [&](std::size_t begin, std::size_t end) {
    std::stable_sort(items.begin() + static_cast<std::ptrdiff_t>(begin),
                     items.begin() + static_cast<std::ptrdiff_t>(end), before);
  });
  const double rounds = std::ceil(std::log2(static_cast<double>(items.size()) / kBlock)) + 2;
  double done = 2;  // sorting the blocks takes about as long as two rounds
  for (std::size_t width = kBlock; width < items.size(); width *= 2) {
    context.checkpoint(done++ / (rounds + 1), "Sorting rows");
    mergeRuns(std::span<const Item>(items), std::span<Item>(other), width, before, context);
    items.swap(other);
  }
}

// Sorts `order` by `keyOf(row)`.
template <class Key, class KeyOf>
void sortByKey(std::vector<std::uint32_t>& order, bool descending, const Context& context,
               const KeyOf& keyOf) {
  using Item = KeyedRow<Key>;
  const MemoryReservation room = reserveMemory(2 * order.size() * sizeof(Item), "sorting rows");
  std::vector<Item> items(order.size());
  forBlocks(items.size(), kBlock, context, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) items[i] = {keyOf(order[i]), order[i]};
  });
  sortItems(
      items,
      [descending](const Item& a, const Item& b) {
        return descending ? b.key < a.key : a.key < b.key;
      },
      context);
  for (std::size_t i = 0; i < items.size(); ++i) order[i] = items[i].row;
}

void sortRows(std::vector<std::uint32_t>& order, const Column& column, bool descending,
              const Context& context) {
  const bool words = column.type() == Column::Type::text;
  // Rows without a value to compare go to the end and keep their order.
  const auto end = std::stable_partition(order.begin(), order.end(), [&](std::uint32_t row) {
    return !column.missing(row) && (words || !std::isnan(column.number(row)));
  });
  const std::vector<std::uint32_t> rest(end, order.end());
  order.erase(end, order.end());
  if (words) {
    const auto& values = std::get<TextValues>(column.values());
    sortByKey<std::string_view>(order, descending, context,
                                [&](std::uint32_t row) { return values[row]; });
  } else if (column.type() == Column::Type::integer) {
    const auto& values = std::get<SharedArray<std::int64_t>>(column.values());
    sortByKey<std::int64_t>(order, descending, context,
                            [&](std::uint32_t row) { return values[row]; });
  } else {
    sortByKey<double>(order, descending, context,
                      [&](std::uint32_t row) { return column.number(row); });
  }
  order.insert(order.end(), rest.begin(), rest.end());
}

// The rows that pass all filters, in their order.
std::vector<std::uint32_t> filteredRows(const Table& table, const RowOrderRequest& request,
                                        const Context& context) {
  const auto passes = [&](std::size_t row) {
    return std::all_of(request.filters.begin(), request.filters.end(), [&](const auto& filter) {
      return rowHolds(table.column(filter.column), filter.filter, row);
    });
  };
  std::vector<std::vector<std::uint32_t>> kept((table.rows() + kBlock - 1) / kBlock);
  std::atomic<std::size_t> done = 0;
  forBlocks(table.rows(), kBlock, context, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t>& rows = kept[begin / kBlock];
    for (std::size_t row = begin; row < end; ++row) {
      if (passes(row)) rows.push_back(static_cast<std::uint32_t>(row));
    }
    context.checkpoint(static_cast<double>(++done) / static_cast<double>(kept.size()),
                       "Filtering rows");
  });
  std::vector<std::uint32_t> order;
  for (const auto& rows : kept) order.insert(order.end(), rows.begin(), rows.end());
  return order;
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
  std::vector<std::uint32_t> order =
      filteredRows(table, request, context.part(0, request.sort_column ? kFiltered : 1));
  if (request.sort_column) {
    sortRows(order, table.column(*request.sort_column), request.descending,
             context.part(kFiltered, 1));
  }
  return order;
}

}  // namespace lineament::views
