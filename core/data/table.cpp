// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>

namespace lineament {

namespace {

constexpr ErrorText kLengths{"table.lengths", "Put columns together as a table",
                             "column '{name}' has {found} rows, the first one has {expected}", "",
                             "Use columns of one length"};
constexpr ErrorText kNoColumn{"table.no_column", "Use the column '{name}'",
                              "the table has no column of that name", "", "{suggestion}"};
constexpr ErrorText kJoin{"table.join", "Put tables side by side",
                          "one has {first} rows, another {second}", "",
                          "Choose files that describe the same rows in the same order"};

template <class T>
SharedArray<T> gathered(const SharedArray<T>& values, const std::vector<std::size_t>& rows) {
  std::vector<T> picked;
  picked.reserve(rows.size());
  for (const std::size_t row : rows) picked.push_back(values[row]);
  return picked;
}

TextValues gathered(const TextValues& values, const std::vector<std::size_t>& rows) {
  TextBuilder builder;
  for (const std::size_t row : rows) builder.add(values[row]);
  return builder.finish();
}

template <class T>
SharedArray<T> sliced(const SharedArray<T>& values, std::size_t first, std::size_t count) {
  return values.slice(first, count);
}

TextValues sliced(const TextValues& values, std::size_t first, std::size_t count) {
  // Offsets stay absolute: the bytes are shared as they are.
  return {values.offsets.slice(first, count + 1), values.bytes};
}

template <class T>
std::size_t bytesOf(const SharedArray<T>& values) {
  return values.size() * sizeof(T);
}

std::size_t bytesOf(const TextValues& values) {
  const std::size_t words = values.size();
  const std::size_t letters = words == 0 ? 0 : values.offsets[words] - values.offsets[0];
  return values.offsets.size() * sizeof(std::uint64_t) + letters;
}

std::string realText(double value) {
  return fmt::format("{}", value);
}

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const bool same = std::tolower(static_cast<unsigned char>(a[i])) ==
                        std::tolower(static_cast<unsigned char>(b[j]));
      const std::size_t next = std::min({row[j] + 1, row[j + 1] + 1, diagonal + (same ? 0 : 1)});
      diagonal = row[j + 1];
      row[j + 1] = next;
    }
  }
  return row[b.size()];
}

}  // namespace

void TextBuilder::add(std::string_view word) {
  bytes_.insert(bytes_.end(), word.begin(), word.end());
  offsets_.push_back(bytes_.size());
}

TextValues TextBuilder::finish() {
  return {std::move(offsets_), std::move(bytes_)};
}

Column::Column(std::string name, Values values, SharedArray<std::uint8_t> missing, std::string unit)
    : name_(std::move(name)),
      unit_(std::move(unit)),
      values_(std::move(values)),
      missing_(std::move(missing)) {
  missing_count_ = static_cast<std::size_t>(
      std::count_if(missing_.begin(), missing_.end(), [](std::uint8_t m) { return m != 0; }));
}

std::size_t Column::size() const {
  return std::visit([](const auto& values) { return values.size(); }, values_);
}

bool Column::numeric() const {
  return type() == Type::real || type() == Type::integer || type() == Type::boolean;
}

double Column::number(std::size_t row) const {
  if (missing(row)) return std::numeric_limits<double>::quiet_NaN();
  switch (type()) {
    case Type::real:
      return std::get<SharedArray<double>>(values_)[row];
    case Type::integer:
      return static_cast<double>(std::get<SharedArray<std::int64_t>>(values_)[row]);
    case Type::boolean:
      return std::get<SharedArray<std::uint8_t>>(values_)[row] ? 1.0 : 0.0;
    case Type::date:
      return std::get<SharedArray<Date>>(values_)[row].days;
    case Type::time:
      return static_cast<double>(std::get<SharedArray<Time>>(values_)[row].microseconds) * 1e-6;
    case Type::text:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string Column::text(std::size_t row) const {
  if (missing(row)) return {};
  switch (type()) {
    case Type::real:
      return realText(std::get<SharedArray<double>>(values_)[row]);
    case Type::integer:
      return fmt::format("{}", std::get<SharedArray<std::int64_t>>(values_)[row]);
    case Type::boolean:
      return std::get<SharedArray<std::uint8_t>>(values_)[row] ? "true" : "false";
    case Type::text:
      return std::string(std::get<TextValues>(values_)[row]);
    case Type::date:
      return dateText(std::get<SharedArray<Date>>(values_)[row].days);
    case Type::time:
      return timeText(std::get<SharedArray<Time>>(values_)[row].microseconds);
  }
  return {};
}

std::vector<double> Column::numbers() const {
  std::vector<double> all(size());
  for (std::size_t row = 0; row < all.size(); ++row) all[row] = number(row);
  return all;
}

Column Column::renamed(std::string new_name) const {
  Column copy = *this;
  copy.name_ = std::move(new_name);
  return copy;
}

Column Column::slice(std::size_t first, std::size_t count) const {
  Values part =
      std::visit([&](const auto& v) -> Values { return sliced(v, first, count); }, values_);
  return Column(name_, std::move(part), missing_.empty() ? missing_ : missing_.slice(first, count),
                unit_);
}

Column Column::gather(const std::vector<std::size_t>& rows) const {
  Values part = std::visit([&](const auto& v) -> Values { return gathered(v, rows); }, values_);
  return Column(name_, std::move(part), missing_.empty() ? missing_ : gathered(missing_, rows),
                unit_);
}

std::size_t Column::bytes() const {
  return std::visit([](const auto& values) { return bytesOf(values); }, values_) +
         bytesOf(missing_);
}

std::string_view name(Column::Type type) {
  constexpr std::string_view names[] = {"real", "integer", "boolean", "text", "date", "time"};
  return names[static_cast<int>(type)];
}

// Howard Hinnant's civil calendar ("chrono-Compatible Low-Level Date Algorithms"): the year begins
// in March, so that the leap day is its last.
std::int32_t daysFromCivil(int year, int month, int day) {
  year -= month <= 2;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

std::string dateText(std::int32_t days) {
  days += 719468;
  const std::int32_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int32_t day_of_era = days - era * 146097;
  const std::int32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int32_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int32_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int32_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string timeText(std::int64_t microseconds) {
  constexpr std::int64_t kDay = 86'400'000'000;
  std::int64_t days = microseconds / kDay;
  std::int64_t rest = microseconds % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  const std::int64_t seconds = rest / 1'000'000;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", dateText(static_cast<std::int32_t>(days)),
                                 seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (rest % 1'000'000 != 0) text += fmt::format(".{:06}", rest % 1'000'000);
  return text + "Z";
}

Table::Table(std::vector<Column> columns) {
  rows_ = columns.empty() ? 0 : columns[0].size();
  std::unordered_set<std::string> taken;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column& column = columns[i];
    if (column.size() != rows_) {
      throw Error(kLengths,
                  {{"name", column.name()}, {"found", column.size()}, {"expected", rows_}});
    }
    std::string unique = column.name().empty() ? fmt::format("c{}", i + 1) : column.name();
    const std::string stem = unique;
    for (int suffix = 2; !taken.insert(unique).second; ++suffix) {
      unique = fmt::format("{}_{}", stem, suffix);
    }
    if (unique != column.name()) column = column.renamed(unique);
  }
  columns_ = std::make_shared<const std::vector<Column>>(std::move(columns));
}

std::optional<std::size_t> Table::find(std::string_view wanted) const {
  for (std::size_t i = 0; i < columns_->size(); ++i) {
    if ((*columns_)[i].name() == wanted) return i;
  }
  return std::nullopt;
}

const Column& Table::require(std::string_view wanted) const {
  if (const auto index = find(wanted)) return (*columns_)[*index];
  std::vector<std::string> names;
  for (const Column& column : *columns_) names.push_back(column.name());
  const std::vector<std::string> nearest = nearestNames(wanted, names);
  if (names.size() > 12) names.resize(12);
  const std::string suggestion = nearest.empty()
                                     ? fmt::format("Its columns are {}", fmt::join(names, ", "))
                                     : fmt::format("Did you mean {}", fmt::join(nearest, " or "));
  throw Error::usage(kNoColumn, {{"name", wanted}, {"suggestion", suggestion}});
}

Table Table::slice(std::size_t first, std::size_t count) const {
  std::vector<Column> parts;
  for (const Column& column : *columns_) parts.push_back(column.slice(first, count));
  return Table(std::move(parts));
}

Table Table::gather(const std::vector<std::size_t>& rows) const {
  std::vector<Column> parts;
  for (const Column& column : *columns_) parts.push_back(column.gather(rows));
  return Table(std::move(parts));
}

Table Table::select(const std::vector<std::string>& names) const {
  std::vector<Column> chosen;
  for (const std::string& wanted : names) chosen.push_back(require(wanted));
  return Table(std::move(chosen));
}

Table Table::with(Column column) const {
  std::vector<Column> all = *columns_;
  if (const auto index = find(column.name())) {
    all[*index] = std::move(column);
  } else {
    all.push_back(std::move(column));
  }
  return Table(std::move(all));
}

std::size_t Table::bytes() const {
  std::size_t total = 0;
  for (const Column& column : *columns_) total += column.bytes();
  return total;
}

Table joinColumns(const std::vector<Table>& tables) {
  std::vector<Column> all;
  for (const Table& table : tables) {
    if (table.rows() != tables[0].rows()) {
      throw Error(kJoin, {{"first", tables[0].rows()}, {"second", table.rows()}});
    }
    all.insert(all.end(), table.columns().begin(), table.columns().end());
  }
  return Table(std::move(all));
}

std::vector<std::string> nearestNames(std::string_view wanted,
                                      const std::vector<std::string>& names) {
  std::vector<std::pair<std::size_t, std::string>> close;
  for (const std::string& candidate : names) {
    const std::size_t distance = editDistance(wanted, candidate);
    if (distance <= std::max(wanted.size(), candidate.size()) / 3)
      close.emplace_back(distance, candidate);
  }
  std::stable_sort(close.begin(), close.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (close.size() > 3) close.resize(3);
  std::vector<std::string> nearest;
  for (auto& [distance, candidate] : close) nearest.push_back(std::move(candidate));
  return nearest;
}

}  // namespace lineament
