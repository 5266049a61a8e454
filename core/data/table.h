// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/context.h"
#include "core/data/shared_array.h"

namespace lineament {

// Words of a text column: the UTF-8 bytes of all of them in one piece, word i being
// bytes[offsets[i] .. offsets[i + 1]).
struct TextValues {
  SharedArray<std::uint64_t> offsets;  // rows + 1
  SharedArray<char> bytes;

  std::size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  std::string_view operator[](std::size_t row) const {
    return {bytes.data() + offsets[row], offsets[row + 1] - offsets[row]};
  }
};

// Collects the words of a text column.
class TextBuilder {
 public:
  void add(std::string_view word);
  TextValues finish();

 private:
  std::vector<std::uint64_t> offsets_{0};
  std::vector<char> bytes_;
};

// One named column of a table. Values are of one type; which of them are missing is said by a mask
// of its own, never by a special value (a NaN in a real column is a number that was computed, not
// a missing one). Dates are days since 1970-01-01, times are microseconds since then in UTC.
class Column {
 public:
  enum class Type { real, integer, boolean, text, date, time };
  struct Date {
    std::int32_t days;
  };
  struct Time {
    std::int64_t microseconds;
  };
  using Values =
      std::variant<SharedArray<double>, SharedArray<std::int64_t>, SharedArray<std::uint8_t>,
                   TextValues, SharedArray<Date>, SharedArray<Time>>;

  // `missing` is empty (nothing missing) or holds one byte per row, 1 where the value is missing.
  Column(std::string name, Values values, SharedArray<std::uint8_t> missing = {},
         std::string unit = {});

  const std::string& name() const { return name_; }
  const std::string& unit() const { return unit_; }
  Type type() const { return static_cast<Type>(values_.index()); }
  std::size_t size() const;
  bool numeric() const;  // real, integer or boolean
  bool missing(std::size_t row) const { return !missing_.empty() && missing_[row] != 0; }
  std::size_t missingCount() const { return missing_count_; }
  const Values& values() const { return values_; }
  const SharedArray<std::uint8_t>& missingMask() const { return missing_; }

  // The value as a number; NaN where it is missing or the column is text. Dates count days, times
  // seconds.
  double number(std::size_t row) const;

  // The value as people read it, full precision, empty where it is missing.
  std::string text(std::size_t row) const;

  // All values as numbers, missing ones as NaN.
  std::vector<double> numbers() const;

  Column renamed(std::string name) const;
  Column slice(std::size_t first, std::size_t count) const;
  Column gather(const std::vector<std::size_t>& rows) const;
  std::size_t bytes() const;

 private:
  std::string name_;
  std::string unit_;
  Values values_;
  SharedArray<std::uint8_t> missing_;
  std::size_t missing_count_ = 0;
};

std::string_view name(Column::Type type);         // "real", "integer", ...
std::string dateText(std::int32_t days);          // "2026-11-23"
std::string timeText(std::int64_t microseconds);  // "2026-11-23T21:54:00Z"
std::int32_t daysFromCivil(int year, int month, int day);

// Named columns of one length. Names are unique and not empty.
class Table {
 public:
  Table() = default;

  // Throws Error when lengths differ; makes names unique by suffixes "_2", "_3" and fills empty
  // ones in as "c1", "c2", ...
  explicit Table(std::vector<Column> columns);

  std::size_t rows() const { return rows_; }
  std::size_t columnCount() const { return columns_->size(); }
  const Column& column(std::size_t index) const { return (*columns_)[index]; }
  const std::vector<Column>& columns() const { return *columns_; }
  std::optional<std::size_t> find(std::string_view name) const;

  // The column of that name; an Error (usage) "table.no_column" that lists the nearest names.
  const Column& require(std::string_view name) const;

  Table slice(std::size_t first, std::size_t count) const;
  Table gather(const std::vector<std::size_t>& rows) const;
  Table select(const std::vector<std::string>& names) const;
  Table with(Column column) const;  // added, or in place of the one of that name
  std::size_t bytes() const;

 private:
  std::shared_ptr<const std::vector<Column>> columns_ =
      std::make_shared<const std::vector<Column>>();
  std::size_t rows_ = 0;
};

// Side by side; an Error when row counts differ.
Table joinColumns(const std::vector<Table>& tables);

// A table that is read a block of rows at a time, for files larger than memory.
class TableBlocks {
 public:
  virtual ~TableBlocks() = default;
  virtual const Table& schema() const = 0;  // no rows, the columns' names and types
  virtual std::optional<Table> next(const Context& context) = 0;  // nothing: the end
};

// Names close to `wanted`, nearest first, for "did you mean": edit distance at most a third.
std::vector<std::string> nearestNames(std::string_view wanted,
                                      const std::vector<std::string>& names);

}  // namespace lineament
