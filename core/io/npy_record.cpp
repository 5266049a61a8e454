// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npy_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/base/memory.h"
#include "core/io/npy.h"
#include "core/io/python_literal.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

// A column as it lies in each record.
struct Slot {
  const Column* column;
  std::size_t size;
  std::size_t offset;
};

std::size_t longestWord(const Column& column) {
  std::size_t longest = 1;
  for (std::size_t row = 0; row < column.size(); ++row) {
    longest = std::max(longest, codePoints(column.text(row)).size());
  }
  return longest;
}

std::string descrOf(const Column& column, std::size_t& size) {
  size = 8;
  switch (column.type()) {
    case Column::Type::real:
      return "<f8";
    case Column::Type::integer:
      return "<i8";
    case Column::Type::boolean:
      size = 1;
      return "|b1";
    case Column::Type::date:
      return "<M8[D]";
    case Column::Type::time:
      return "<M8[us]";
    case Column::Type::text:
      break;
  }
  const std::size_t letters = longestWord(column);
  size = 4 * letters;
  return fmt::format("<U{}", letters);
}

// As a Python literal in ASCII.
std::string quoted(const std::string& text) {
  std::string literal = "'";
  for (const std::uint32_t c : codePoints(text)) {
    if (c == '\'' || c == '\\') {
      literal += '\\';
      literal += static_cast<char>(c);
    } else if (c >= 0x20 && c < 0x7f) {
      literal += static_cast<char>(c);
    } else {
      literal += fmt::format("\\U{:08x}", c);
    }
  }
  return literal + "'";
}

void putWord(std::byte* at, const std::string& word) {
  const std::vector<std::uint32_t> letters = codePoints(word);
  if (!letters.empty()) std::memcpy(at, letters.data(), letters.size() * sizeof letters[0]);
}

template <class T>
void put(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

void fill(std::byte* at, const Column& column, std::size_t row) {
  constexpr std::int64_t kNotATime = std::numeric_limits<std::int64_t>::min();
  const bool missing = column.missing(row);
  switch (column.type()) {
    case Column::Type::real:
      return put(at, std::get<SharedArray<double>>(column.values())[row]);
    case Column::Type::integer:
      return put(at, std::get<SharedArray<std::int64_t>>(column.values())[row]);
    case Column::Type::boolean:
      return put(at, std::get<SharedArray<std::uint8_t>>(column.values())[row]);
    case Column::Type::date: {
      const auto& dates = std::get<SharedArray<Column::Date>>(column.values());
      return put(at, missing ? kNotATime : std::int64_t{dates[row].days});
    }
    case Column::Type::time: {
      const auto& times = std::get<SharedArray<Column::Time>>(column.values());
      return put(at, missing ? kNotATime : times[row].microseconds);
    }
    case Column::Type::text:
      return putWord(at, column.text(row));
  }
}

std::vector<std::byte> startOf(const std::string& header, std::size_t data) {
  std::vector<std::byte> file(header.size() + data);
  std::memcpy(file.data(), header.data(), header.size());
  return file;
}

}  // namespace

std::vector<std::byte> npyOfTable(const Table& table) {
  std::vector<Slot> slots;
  std::string descr = "[";
  std::size_t record = 0;
  for (const Column& column : table.columns()) {
    std::size_t size = 0;
    descr += fmt::format("({}, '{}'), ", quoted(column.name()), descrOf(column, size));
    slots.push_back({&column, size, record});
    record += size;
  }
  const MemoryReservation room = reserveMemory(table.rows() * record, "a structured array");
  const std::string header = npyHeaderText(descr + "]", {table.rows()});
  std::vector<std::byte> file = startOf(header, table.rows() * record);
  for (const Slot& slot : slots) {
    std::byte* at = file.data() + header.size() + slot.offset;
    for (std::size_t row = 0; row < table.rows(); ++row, at += record) {
      fill(at, *slot.column, row);
    }
  }
  return file;
}

std::vector<std::byte> npyOfWords(const std::vector<std::string>& words) {
  std::size_t letters = 1;
  for (const std::string& word : words) letters = std::max(letters, codePoints(word).size());
  const std::string header = npyHeaderText(fmt::format("'<U{}'", letters), {words.size()});
  std::vector<std::byte> file = startOf(header, words.size() * letters * 4);
  for (std::size_t i = 0; i < words.size(); ++i) {
    putWord(file.data() + header.size() + i * letters * 4, words[i]);
  }
  return file;
}

std::vector<std::byte> npyOfWord(const std::string& word) {
  const std::size_t letters = std::max<std::size_t>(codePoints(word).size(), 1);
  const std::string header = npyHeaderText(fmt::format("'<U{}'", letters), {});
  std::vector<std::byte> file = startOf(header, letters * 4);
  putWord(file.data() + header.size(), word);
  return file;
}

}  // namespace lineament::io
