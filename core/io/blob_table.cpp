// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/blob_table.h"

#include <algorithm>

namespace lineament::io {

namespace {

template <class T>
void append(BlobWriter& writer, const SharedArray<T>& values) {
  writer.array(values);
}

// Offsets from 0, and only the letters that belong to this column: a slice shares more.
void append(BlobWriter& writer, const TextValues& words) {
  const std::size_t rows = words.size();
  const std::uint64_t first = rows == 0 ? 0 : words.offsets[0];
  writer.count(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    writer.number<std::uint64_t>(words.offsets[row + 1] - first);
  }
  const std::size_t letters = rows == 0 ? 0 : words.offsets[rows] - first;
  writer.array(words.bytes.span().subspan(first, letters));
}

TextValues wordsFrom(BlobReader& reader) {
  const std::vector<std::uint64_t> ends = reader.array<std::uint64_t>();
  std::vector<char> letters = reader.array<char>();
  if (!std::is_sorted(ends.begin(), ends.end()) ||
      (ends.empty() ? 0 : ends.back()) != letters.size()) {
    reader.malformed("the words of a column do not fit their letters");
  }
  std::vector<std::uint64_t> offsets{0};
  offsets.insert(offsets.end(), ends.begin(), ends.end());
  return {std::move(offsets), std::move(letters)};
}

Column::Values valuesFrom(BlobReader& reader, Column::Type type) {
  switch (type) {
    case Column::Type::real:
      return SharedArray<double>(reader.array<double>());
    case Column::Type::integer:
      return SharedArray<std::int64_t>(reader.array<std::int64_t>());
    case Column::Type::boolean:
      return SharedArray<std::uint8_t>(reader.array<std::uint8_t>());
    case Column::Type::text:
      return wordsFrom(reader);
    case Column::Type::date:
      return SharedArray<Column::Date>(reader.array<Column::Date>());
    case Column::Type::time:
      return SharedArray<Column::Time>(reader.array<Column::Time>());
  }
  reader.malformed("a column's type is not known");
}

Column columnFrom(BlobReader& reader) {
  std::string name = reader.text();
  std::string unit = reader.text();
  const auto type = static_cast<Column::Type>(reader.number<std::uint8_t>());
  Column::Values values = valuesFrom(reader, type);
  std::vector<std::uint8_t> missing = reader.array<std::uint8_t>();
  const std::size_t rows = std::visit([](const auto& v) { return v.size(); }, values);
  if (!missing.empty() && missing.size() != rows) {
    reader.malformed("a column's mask of missing values has another length");
  }
  return Column(std::move(name), std::move(values), std::move(missing), std::move(unit));
}

}  // namespace

void appendToBlob(BlobWriter& writer, const Table& table) {
  writer.count(table.columnCount());
  for (const Column& column : table.columns()) {
    writer.text(column.name());
    writer.text(column.unit());
    writer.number(static_cast<std::uint8_t>(column.type()));
    std::visit([&](const auto& values) { append(writer, values); }, column.values());
    writer.array(column.missingMask());
  }
}

Table tableFromBlob(BlobReader& reader) {
  std::vector<Column> columns;
  for (std::size_t left = reader.count(8); left > 0; --left) {
    columns.push_back(columnFrom(reader));
    if (columns.back().size() != columns.front().size()) {
      reader.malformed("columns differ in length");
    }
  }
  return Table(std::move(columns));
}

}  // namespace lineament::io
