// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/csv_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/io/csv_options.h"
#include "core/io/delimited_layout.h"
#include "core/io/delimited_word.h"

namespace lineament::io {

namespace {

constexpr std::size_t kBlockRows = 4096;
constexpr std::size_t kBatchRows = 32 * kBlockRows;

// Rows that a reader looks at before it says which columns hold numbers.
constexpr std::size_t kLookedAt = 100;

void appendReal(std::string& text, double value) {
  if (std::isnan(value)) {
    text += "NaN";
    return;
  }
  const std::size_t start = text.size();
  fmt::format_to(std::back_inserter(text), "{}", value);
  // Keeps 2.0 from becoming an integer.
  if (std::isfinite(value) && text.find_first_of(".e", start) == std::string::npos) text += ".0";
}

// Writes words so that they come back as they are.
class WordWriter {
 public:
  WordWriter() : missing_(CsvOptions::defaultMissing()) {}

  void append(std::string& text, std::string_view word) const {
    if (!needsQuotes(word)) {
      text += word;
      return;
    }
    text += '"';
    for (const char c : word) {
      if (c == '"') text += '"';
      text += c;
    }
    text += '"';
  }

  // As it is where a reader knows it for a unit, else in brackets, which make one of any word.
  void appendUnit(std::string& text, const std::string& unit) const {
    if (unit.empty()) return;
    const bool bracket = unit.front() == '(' || unit.front() == '[';
    const bool known = isUnit(unit) && !bracket && !missing_.contains(unit);
    append(text, known ? unit : '[' + unit + ']');
  }

 private:
  // Also for what a reader would take for something else: a missing value, blanks to cut off, a
  // comment, another quote.
  bool needsQuotes(std::string_view word) const {
    return missing_.contains(trimmed(word)) || trimmed(word).size() != word.size() ||
           word.find_first_of(",\"\r\n\xC2\xE2") != word.npos || word[0] == '#' || word[0] == '%' ||
           word[0] == '\'' || word.substr(0, 4) == "sep=";
  }

  MissingWords missing_;
};

class RowWriter {
 public:
  explicit RowWriter(const Table& table) : table_(table) {}

  std::string header() const {
    std::string text;
    for (std::size_t i = 0; i < table_.columnCount(); ++i) {
      if (i > 0) text += ',';
      words_.append(text, table_.column(i).name());
    }
    return text + '\n';
  }

  // The row under the header; nothing where no unit would be read back from it.
  std::string units() const {
    const auto& columns = table_.columns();
    const std::size_t rows = std::min(table_.rows(), kLookedAt);
    const bool readable = std::any_of(columns.begin(), columns.end(), [&](const Column& column) {
      if (column.unit().empty() || column.type() == Column::Type::text) return false;
      std::size_t row = 0;
      while (row < rows && column.missing(row)) ++row;
      return row < rows;
    });
    if (!readable) return {};
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) text += ',';
      words_.appendUnit(text, columns[i].unit());
    }
    return text + '\n';
  }

  void append(std::string& text, std::size_t row) const {
    const auto& columns = table_.columns();
    const bool empty = std::all_of(columns.begin(), columns.end(),
                                   [row](const Column& column) { return column.missing(row); });
    if (empty && !columns.empty()) text += "NA";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) text += ',';
      if (!columns[i].missing(row)) appendCell(text, columns[i], row);
    }
    text += '\n';
  }

 private:
  void appendCell(std::string& text, const Column& column, std::size_t row) const {
    if (const auto* reals = std::get_if<SharedArray<double>>(&column.values())) {
      appendReal(text, (*reals)[row]);
    } else if (const auto* words = std::get_if<TextValues>(&column.values())) {
      words_.append(text, (*words)[row]);
    } else {
      text += column.text(row);
    }
  }

  const Table& table_;
  WordWriter words_;
};

}  // namespace

void writeCsv(const Table& table, const std::filesystem::path& path, const Context& context,
              CsvUnits units) {
  const RowWriter writer(table);
  OutputFile file(path);
  file.write(writer.header());
  if (units == CsvUnits::second_row) file.write(writer.units());
  for (std::size_t first = 0; first < table.rows(); first += kBatchRows) {
    const std::size_t count = std::min(kBatchRows, table.rows() - first);
    std::vector<std::string> blocks((count + kBlockRows - 1) / kBlockRows);
    forBlocks(count, kBlockRows, context, [&](std::size_t begin, std::size_t end) {
      std::string& text = blocks[begin / kBlockRows];
      for (std::size_t row = begin; row < end; ++row) writer.append(text, first + row);
    });
    for (const std::string& text : blocks) file.write(text);
    context.checkpoint(static_cast<double>(first + count) / static_cast<double>(table.rows()),
                       "Writing rows");
  }
  file.commit();
}

}  // namespace lineament::io
