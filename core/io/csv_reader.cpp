// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/csv_reader.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/data/data.h"
#include "core/io/csv_file.h"
#include "core/io/delimited_layout.h"
#include "core/io/gzip_stream.h"

namespace lineament::io {

namespace {

// Columns at the end without a name and without a value come from delimiters at the ends of lines.
std::size_t columnsToKeep(const CsvFile& file, const CsvPass& pass) {
  std::size_t count = std::max(pass.columns.size(), file.layout.columns);
  const auto& names = file.layout.names;
  const auto idle = [&](std::size_t i) {
    const bool named = i < names.size() && !names[i].empty();
    return !named && (i >= pass.columns.size() || pass.columns[i].seen() == 0);
  };
  while (count > 1 && idle(count - 1)) --count;
  return count;
}

void tellWhatWasFound(const CsvFile& file, const CsvPass& pass, std::size_t columns,
                      const Context& context) {
  const std::string name = file.path.filename().string();
  context.note(fmt::format("{}: {}", name, layoutLine(file)));
  if (const std::size_t all = std::max(pass.columns.size(), file.layout.columns); all > columns) {
    context.note(fmt::format("{}: left out {} empty columns at the right", name, all - columns));
  }
  if (pass.empty_rows > 0) {
    context.note(
        fmt::format("{}: left out {} rows without any value", name, countText(pass.empty_rows)));
  }
  if (pass.short_rows + pass.long_rows > 0) {
    context.warn(fmt::format(
        "{}: {} rows have too few cells (filled up as missing), {} have too many (kept in further "
        "columns); the first are in line {}",
        name, countText(pass.short_rows), countText(pass.long_rows),
        fmt::join(pass.ragged_lines, ", ")));
  }
  if (pass.rows == 0) context.warn(fmt::format("{}: there is a header but no row under it", name));
}

std::string wordAt(const std::vector<std::string>& words, std::size_t index) {
  return index < words.size() ? words[index] : std::string();
}

Table finish(const CsvFile& file, CsvPass pass, const Context& context) {
  const std::size_t count = columnsToKeep(file, pass);
  tellWhatWasFound(file, pass, count, context);
  std::vector<Column> columns;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == pass.columns.size()) {
      pass.columns.emplace_back(true);
      pass.columns.back().appendMissing(pass.rows);
    }
    columns.push_back(
        pass.columns[i].finish(wordAt(file.layout.names, i), wordAt(file.layout.units, i)));
  }
  return Table(std::move(columns));
}

// Reads those columns again whose first words looked like something else than the whole column is.
void readAgain(const CsvFile& file, CsvPass& pass, const Context& context) {
  std::vector<ColumnPlan> plans(pass.columns.size());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    plans[i].wanted = pass.columns[i].unfinished();
    plans[i].fixed = true;
    plans[i].type = typeFor(pass.columns[i].seen());
    if (plans[i].wanted) pass.columns[i] = ColumnBuilder(true);
  }
  CsvPass second = readRecords(file, plans, true, context);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (plans[i].wanted) pass.columns[i] = std::move(second.columns.at(i));
  }
}

Table readTable(const CsvFile& file, const Context& context) {
  CsvPass pass = readRecords(file, {}, true, context.part(0, 0.7));
  if (std::any_of(pass.columns.begin(), pass.columns.end(),
                  [](const ColumnBuilder& column) { return column.unfinished(); })) {
    readAgain(file, pass, context.part(0.7, 1));
  }
  return finish(file, std::move(pass), context);
}

bool hasTableExtension(const Probe& probe) {
  for (const char* extension : {".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz"}) {
    if (probe.hasExtension(extension)) return true;
  }
  return false;
}

bool hasTextExtension(const Probe& probe) {
  for (const char* extension : {".txt", ".dat", ".data", ".asc", ".txt.gz", ".dat.gz"}) {
    if (probe.hasExtension(extension)) return true;
  }
  return false;
}

bool hasUtf16Mark(const Probe& probe) {
  return probe.startsWith("\xFF\xFE") || probe.startsWith("\xFE\xFF");
}

class CsvReader final : public Reader {
 public:
  std::string_view id() const override { return "csv"; }
  std::string_view title() const override { return "CSV table"; }
  std::optional<Kind> kind() const override { return Kind::table; }
  std::vector<std::string> extensions() const override {
    return {".csv", ".tsv", ".tab", ".txt", ".dat", ".csv.gz", ".tsv.gz", ".txt.gz"};
  }

  Confidence probe(const Probe& probe) const override {
    const bool table = hasTableExtension(probe), text = hasTextExtension(probe);
    if (startsGzip(probe.head) || hasUtf16Mark(probe)) {
      if (table) return Confidence::likely;
      return text ? Confidence::perhaps : Confidence::no;
    }
    // A table by its name that does not look like one gets this reader's error.
    if (!isTabularText(probe)) return table || text ? Confidence::perhaps : Confidence::no;
    return table ? Confidence::likely : Confidence::perhaps;
  }

  const Declaration& options() const override { return csvOptionsDeclaration(); }

  Data read(const std::filesystem::path& path, const Parameters& options,
            const Context& context) const override {
    return Data(readCsv(path, CsvOptions::from(options), context));
  }
};

}  // namespace

bool isTabularText(const Probe& probe) {
  const std::string_view text = probe.text();
  if (text.find('\0') != text.npos || text.empty()) return false;
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos || text[start] == '{' || text[start] == '[' || text[start] == '<') {
    return false;
  }
  return detectLayout(text, text.size() == probe.size, CsvOptions{}).tabular;
}

Table csvSchema(const CsvFile& file, const CsvPass& pass) {
  const std::size_t count = columnsToKeep(file, pass);
  std::vector<Column> columns;
  for (std::size_t i = 0; i < count; ++i) {
    ChunkColumn none;
    none.seen = i < pass.columns.size() ? pass.columns[i].seen() : Seen{0};
    none.type = typeFor(none.seen);
    ColumnBuilder builder(true);
    builder.append(none, 0);
    columns.push_back(builder.finish(wordAt(file.layout.names, i), wordAt(file.layout.units, i)));
  }
  return Table(std::move(columns));
}

Table readCsv(const std::filesystem::path& path, const CsvOptions& options,
              const Context& context) {
  return withCsv(path, options, context,
                 [&](const CsvFile& file) { return readTable(file, context); });
}

std::unique_ptr<Reader> makeCsvReader() {
  return std::make_unique<CsvReader>();
}

}  // namespace lineament::io
