// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_columns.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace lineament::io {

namespace {

std::size_t widthOf(Column::Type type) {
  switch (type) {
    case Column::Type::boolean:
      return sizeof(std::uint8_t);
    case Column::Type::date:
      return sizeof(Column::Date);
    default:
      return sizeof(std::uint64_t);
  }
}

template <class T>
void appendNarrow(GrowingBytes& values, const std::vector<std::uint64_t>& bits, std::size_t rows) {
  auto* place = reinterpret_cast<T*>(values.extend(rows * sizeof(T)));
  for (std::size_t i = 0; i < rows; ++i) place[i] = static_cast<T>(bits[i]);
}

std::uint64_t wideBits(const std::byte* values, std::size_t row, Column::Type type) {
  if (type == Column::Type::date) {
    std::int32_t days;
    std::memcpy(&days, values + row * sizeof days, sizeof days);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(days));
  }
  std::uint64_t bits;
  std::memcpy(&bits, values + row * sizeof bits, sizeof bits);
  return bits;
}

}  // namespace

bool ColumnBuilder::unfinished() const {
  return dropped_ || (type_ && typeFor(seen_) != type_);
}

void ColumnBuilder::drop() {
  dropped_ = true;
  values_ = GrowingBytes();
  letters_ = GrowingBytes();
  mask_ = GrowingBytes();
}

void ColumnBuilder::expect(std::size_t rows) {
  expected_rows_ = rows;
  if (type_) values_.expect(rows * widthOf(*type_));
}

void ColumnBuilder::append(const ChunkColumn& chunk, std::size_t rows) {
  seen_ |= chunk.seen;
  if (!chunk.type) return appendMissing(rows);
  if (keep_ && !dropped_) adopt(*chunk.type);
  if (keep_ && !dropped_) {
    appendMask(chunk, rows);
    appendValues(chunk, rows);
  }
  rows_ += rows;
}

void ColumnBuilder::appendMissing(std::size_t rows) {
  if (keep_ && !dropped_) {
    if (rows > 0) std::memset(extendMask(rows), 1, rows);
    appendBlank(rows);
  }
  rows_ += rows;
}

// Makes what is collected and the chunk of one type, if there is one that holds both.
void ColumnBuilder::adopt(Column::Type type) {
  if (type == type_) return;
  if (!type_) {
    type_ = type;
    expect(expected_rows_);
    if (type == Column::Type::text)
      std::memset(values_.extend(sizeof(std::uint64_t)), 0, sizeof(std::uint64_t));
    appendBlank(rows_);
  } else if (widens(*type_, type)) {
    retype(type);
  } else if (!widens(type, *type_)) {
    drop();
  }
}

void ColumnBuilder::retype(Column::Type type) {
  GrowingBytes wider;
  const bool in_place = widthOf(type) == widthOf(*type_);
  auto* place = reinterpret_cast<std::uint64_t*>(
      in_place ? values_.data() : wider.extend(rows_ * sizeof(std::uint64_t)));
  for (std::size_t row = 0; row < rows_; ++row) {
    place[row] = widened(wideBits(values_.data(), row, *type_), *type_, type);
  }
  if (!in_place) values_ = std::move(wider);
  type_ = type;
}

void ColumnBuilder::appendValues(const ChunkColumn& chunk, std::size_t rows) {
  if (type_ == Column::Type::text) return appendText(chunk, rows);
  if (type_ == Column::Type::boolean) return appendNarrow<std::uint8_t>(values_, chunk.bits, rows);
  if (type_ == Column::Type::date) return appendNarrow<std::int32_t>(values_, chunk.bits, rows);
  auto* place = reinterpret_cast<std::uint64_t*>(values_.extend(rows * sizeof(std::uint64_t)));
  if (chunk.type == type_) {
    std::memcpy(place, chunk.bits.data(), rows * sizeof(std::uint64_t));
    return;
  }
  for (std::size_t i = 0; i < rows; ++i) place[i] = widened(chunk.bits[i], *chunk.type, *type_);
}

void ColumnBuilder::appendText(const ChunkColumn& chunk, std::size_t rows) {
  const std::uint64_t base = letters_.size();
  auto* ends = reinterpret_cast<std::uint64_t*>(values_.extend(rows * sizeof(std::uint64_t)));
  for (std::size_t i = 0; i < rows; ++i) ends[i] = base + chunk.bits[i];
  if (chunk.letters.empty()) return;
  std::memcpy(letters_.extend(chunk.letters.size()), chunk.letters.data(), chunk.letters.size());
}

// Values of missing rows: nothing, or words without letters.
void ColumnBuilder::appendBlank(std::size_t rows) {
  if (!type_ || rows == 0) return;
  std::byte* place = values_.extend(rows * widthOf(*type_));
  if (type_ != Column::Type::text) {
    std::memset(place, 0, rows * widthOf(*type_));
    return;
  }
  const std::uint64_t end = letters_.size();
  std::fill_n(reinterpret_cast<std::uint64_t*>(place), rows, end);
}

// The mask begins with the first missing value: nothing was missing in the rows before.
std::byte* ColumnBuilder::extendMask(std::size_t rows) {
  if (const std::size_t before = rows_ - mask_.size(); before > 0) {
    std::memset(mask_.extend(before), 0, before);
  }
  return mask_.extend(rows);
}

void ColumnBuilder::appendMask(const ChunkColumn& chunk, std::size_t rows) {
  if (!chunk.missing.empty()) {
    std::memcpy(extendMask(rows), chunk.missing.data(), rows);
  } else if (mask_.size() > 0) {
    std::memset(extendMask(rows), 0, rows);
  }
}

// The values under a mask are never looked at; those of numbers are NaN so that nobody mistakes
// them for measurements.
void ColumnBuilder::blankOut() {
  if (type_ != Column::Type::real || mask_.size() == 0) return;
  auto* reals = reinterpret_cast<double*>(values_.data());
  for (std::size_t row = 0; row < rows_; ++row) {
    if (mask_.data()[row] != std::byte{0}) reals[row] = std::numeric_limits<double>::quiet_NaN();
  }
}

Column::Values ColumnBuilder::values() {
  switch (*type_) {
    case Column::Type::real:
      return values_.share<double>();
    case Column::Type::integer:
      return values_.share<std::int64_t>();
    case Column::Type::boolean:
      return values_.share<std::uint8_t>();
    case Column::Type::date:
      return values_.share<Column::Date>();
    case Column::Type::time:
      return values_.share<Column::Time>();
    case Column::Type::text:
      break;
  }
  return TextValues{values_.share<std::uint64_t>(), letters_.share<char>()};
}

Column ColumnBuilder::finish(std::string name, std::string unit) {
  if (!type_) adopt(typeFor(seen_).value_or(Column::Type::real));
  // Rows that were left out may have been the only ones with something missing.
  const std::byte* mask = mask_.data();
  if (std::find(mask, mask + mask_.size(), std::byte{1}) == mask + mask_.size()) {
    mask_ = GrowingBytes();
  }
  blankOut();
  return Column(std::move(name), values(), mask_.share<std::uint8_t>(), std::move(unit));
}

}  // namespace lineament::io
