// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/delimited_layout.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "core/io/delimited_dialect.h"
#include "core/io/delimited_sample.h"
#include "core/io/delimited_word.h"

namespace lineament::io {

namespace {

using Records = std::vector<SampleRecord>;
constexpr std::size_t kSampleRecords = 200;

// A sample's cells as the reader will understand them.
class Cells {
 public:
  Cells(const Records& records, const CsvOptions& options, char decimal)
      : records_(records), missing_(options.missing), decimal_(decimal) {}

  bool exists(std::size_t row, std::size_t column) const {
    return row < records_.size() && column < records_[row].fields.size();
  }
  std::string_view bare(std::size_t row, std::size_t column) const {
    return exists(row, column) ? trimmed(records_[row].fields[column].word) : std::string_view{};
  }
  bool missing(std::size_t row, std::size_t column) const {
    return missing_.contains(bare(row, column));
  }
  // A number, date or boolean.
  bool data(std::size_t row, std::size_t column) const {
    return !missing(row, column) && understand(bare(row, column), decimal_).seen != seen::kText;
  }
  bool anyData(std::size_t row) const {
    for (std::size_t i = 0; row < records_.size() && i < records_[row].fields.size(); ++i) {
      if (data(row, i)) return true;
    }
    return false;
  }
  // Whether the rows from `first` on hold data in this column and no other words.
  bool dataColumn(std::size_t column, std::size_t first) const {
    bool any = false;
    for (std::size_t row = first; row < records_.size(); ++row) {
      if (missing(row, column)) continue;
      if (!data(row, column)) return false;
      any = true;
    }
    return any;
  }

 private:
  const Records& records_;
  MissingWords missing_;
  char decimal_;
};

// Names are told by having no number among them while there are numbers below; where all is text,
// by being all different and not coming up again in their columns.
bool firstIsHeader(const Records& records, const Cells& cells) {
  if (records.empty() || cells.anyData(0)) return false;
  const std::size_t columns = records[0].fields.size();
  for (std::size_t row = 1; row < records.size(); ++row) {
    if (cells.anyData(row)) return true;
  }
  std::set<std::string_view> names;
  for (std::size_t column = 0; column < columns; ++column) {
    const std::string_view name = cells.bare(0, column);
    if (!name.empty() && !names.insert(name).second) return false;
    for (std::size_t row = 1; row < records.size(); ++row) {
      if (!name.empty() && cells.bare(row, column) == name) return false;
    }
  }
  return !names.empty();
}

// Row 1 holds units when it has a unit or nothing over every column of numbers, and at least one.
bool secondIsUnits(const Records& records, const Cells& cells, std::size_t columns) {
  if (records.size() < 3) return false;
  bool any = false;
  for (std::size_t column = 0; column < columns; ++column) {
    if (!cells.dataColumn(column, 2)) continue;
    const std::string_view bare = cells.bare(1, column);
    if (cells.data(1, column) || (!bare.empty() && !isUnit(bare)))
      return false;  // "-0" is a number
    any |= !bare.empty() && !cells.missing(1, column);
  }
  return any;
}

std::vector<std::string> wordsOf(const SampleRecord& record) {
  std::vector<std::string> words;
  for (const SampleField& field : record.fields) words.emplace_back(trimmed(field.word));
  return words;
}

// Names in a comment right before the data: "# x y z". Empty unless there is one per column.
std::vector<std::string> namesFromComment(std::string_view sample, std::size_t data_begin,
                                          const Dialect& dialect, std::size_t columns) {
  const std::string_view before = sample.substr(0, data_begin);
  const std::size_t sign = before.rfind(dialect.comment);
  if (dialect.comment == '\0' || sign == before.npos) return {};
  Dialect plain = dialect;
  plain.comment = '\0';
  std::string_view line = before.substr(sign + 1);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const Records names = sampleRecords(line, true, plain, 2);
  if (names.size() != 1 || names[0].fields.size() != columns || columns < 2) return {};
  return wordsOf(names[0]);
}

bool lastFieldsEmpty(const Records& records, std::size_t first, std::size_t columns) {
  for (std::size_t row = first; row < records.size(); ++row) {
    const auto& fields = records[row].fields;
    if (fields.size() == columns && !fields.back().word.empty()) return false;
  }
  return true;
}

std::size_t countWith(const Records& records, std::size_t first, std::size_t fields) {
  return static_cast<std::size_t>(std::count_if(
      records.begin() + static_cast<std::ptrdiff_t>(first), records.end(),
      [fields](const SampleRecord& record) { return record.fields.size() == fields; }));
}

// Makes the header as long as the records. One name less than all records have fields is how R
// writes row names; names without values below keep their columns.
void fitNames(Layout& layout, const Records& records, std::size_t first) {
  auto& names = layout.names;
  const std::size_t rows = records.size() - std::min(first, records.size());
  const std::size_t usual = usualFields(records, first);
  const std::size_t alike = countWith(records, first, usual);
  if (rows > 0 && alike == rows && usual == names.size() + 1 &&
      !lastFieldsEmpty(records, first, usual)) {
    names.insert(names.begin(), std::string());
  }
  std::size_t named = names.size();
  while (named > 0 && names[named - 1].empty()) --named;
  layout.columns = rows == 0 ? names.size() : 2 * alike > rows ? std::max(usual, named) : named;
  names.resize(layout.columns);
  if (!layout.units.empty()) layout.units.resize(layout.columns);
}

std::string withoutBrackets(std::string_view unit) {
  if (unit.size() >= 2 && (unit.front() == '[' || unit.front() == '(')) {
    unit = unit.substr(1, unit.size() - 2);
  }
  return std::string(trimmed(unit));
}

// Lines to leave out before the table: those the person names, and Excel's "sep=;".
std::size_t preamble(std::string_view sample, CsvOptions& options) {
  const char line_end = sample.find('\n') == sample.npos ? '\r' : '\n';
  const auto lineAfter = [&](std::size_t at) {
    const std::size_t stop = sample.find(line_end, at);
    return stop == sample.npos ? sample.size() : stop + 1;
  };
  std::size_t at = 0;
  for (std::size_t i = 0; i < options.skip_rows && at < sample.size(); ++i) at = lineAfter(at);
  const std::string_view line = trimmed(sample.substr(at, lineAfter(at) - at));
  const std::string_view bare = line.substr(0, line.find_last_not_of("\r\n") + 1);
  const bool tab = bare == "sep=" && sample.substr(at, 5) == "sep=\t";
  if (bare.substr(0, 4) == "sep=" && (bare.size() == 5 || tab)) {
    if (!options.delimiter) options.delimiter = tab ? '\t' : bare[4];
    at = lineAfter(at);
  }
  return at;
}

}  // namespace

bool isUnit(std::string_view word) {
  static const std::unordered_set<std::string> known{
      "m",    "mm",   "cm",    "dm",    "km",  "µm",  "um",  "nm",  "in",  "ft",  "yd",   "mi",
      "s",    "ms",   "us",    "µs",    "ns",  "min", "h",   "hr",  "d",   "day", "days", "a",
      "yr",   "year", "years", "Hz",    "kHz", "MHz", "GHz", "rpm", "g",   "kg",  "mg",   "µg",
      "ug",   "t",    "lb",    "N",     "kN",  "MN",  "Pa",  "hPa", "kPa", "MPa", "GPa",  "bar",
      "mbar", "psi",  "V",     "mV",    "kV",  "A",   "mA",  "W",   "kW",  "MW",  "J",    "kJ",
      "MJ",   "kWh",  "MWh",   "Wh",    "°C",  "°F",  "C",   "F",   "K",   "°",   "deg",  "rad",
      "mrad", "%",    "‰",     "-",     "ppm", "ppb", "wt%", "L",   "l",   "mL",  "ml",   "mol",
      "mmol", "USD",  "EUR",   "€",     "$",   "dB",  "lx",  "lm",  "cd",  "T",   "mT",   "ohm",
      "Ω",    "F",    "pcs",   "count", "px"};
  const bool bracketed = word.size() > 2 && ((word.front() == '[' && word.back() == ']') ||
                                             (word.front() == '(' && word.back() == ')'));
  if (bracketed) return word.size() <= 80;
  if (word.size() > 24) return false;
  std::string part;
  bool any = false;
  const auto close = [&] {
    while (part.size() > 1 &&
           std::string_view("0123456789-^").find(part.back()) != std::string_view::npos) {
      part.pop_back();
    }
    const bool good = part.empty() ? any : known.count(part) > 0;
    any = true;
    part.clear();
    return good;
  };
  for (const char c : word) {
    if (c == '/' || c == '*' || c == ' ') {
      if (!close()) return false;
    } else {
      part += c;
    }
  }
  return close();
}

Layout detectLayout(std::string_view sample, bool whole, const CsvOptions& chosen) {
  CsvOptions options = chosen;
  const std::size_t start = preamble(sample, options);
  const std::string_view rest = sample.substr(start);
  Layout layout;
  layout.dialect = detectDialect(rest, whole, options);
  const Records records = sampleRecords(rest, whole, layout.dialect, kSampleRecords);
  const Cells cells(records, options, layout.dialect.decimal);
  std::size_t first = 0;
  layout.header = options.header.value_or(firstIsHeader(records, cells)) && !records.empty();
  if (layout.header) {
    layout.names = wordsOf(records[0]);
    first = 1;
    const bool units =
        options.units_row.value_or(secondIsUnits(records, cells, records[0].fields.size()));
    if (units && records.size() > 1) {
      for (std::string& unit : layout.units = wordsOf(records[1])) unit = withoutBrackets(unit);
      first = 2;
    }
  } else if (!options.header && !records.empty()) {
    layout.names = namesFromComment(rest, records[0].begin, layout.dialect, usualFields(records));
    layout.header = !layout.names.empty();
  }
  if (layout.header) {
    fitNames(layout, records, first);
  } else {
    layout.columns = usualFields(records);
  }
  layout.data_offset = start + (first == 0 ? 0 : records[first - 1].end);
  if (first > 0 && records[first - 1].open_quote) {
    layout.open_quote = start + *records[first - 1].open_quote;
  }
  const std::size_t alike = countWith(records, 0, usualFields(records));
  layout.tabular = layout.columns > 1 && 5 * alike >= 4 * records.size();
  return layout;
}

}  // namespace lineament::io
