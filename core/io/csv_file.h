// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/io/csv_options.h"
#include "core/io/delimited_columns.h"
#include "core/io/delimited_layout.h"

namespace lineament::io {

// A delimited text file whose layout is known.
struct CsvFile {
  std::filesystem::path path;
  CsvOptions options;
  TextEncoding encoding = TextEncoding::utf8;
  bool encoding_is_sure = false;  // chosen, or told by a byte-order mark
  Layout layout;

  std::size_t blockBytes() const;  // how much text a task parses at once
};

// Looks at the start of the file. Throws Error when there is no table in it, or NotUtf8.
CsvFile openCsv(const std::filesystem::path& path, const CsvOptions& options);

// "Semicolon-delimited, UTF-8, header, decimal comma", for the log.
std::string layoutLine(const CsvFile& file);

// What one pass over the records found. Lines count from 1.
struct CsvPass {
  std::vector<ColumnBuilder> columns;
  std::size_t rows = 0;
  std::size_t empty_rows = 0;
  std::size_t short_rows = 0;
  std::size_t long_rows = 0;
  std::vector<std::size_t> ragged_lines;
};

// Thrown when a file that was taken for UTF-8 turns out not to be. Never leaves core/io.
struct NotUtf8 {
  std::size_t line = 0;
  bool sure = false;  // that it should be UTF-8
};

// Reads all records: blocks of whole records are cut off in order, parsed side by side, and put
// together in order, so that the result depends neither on the threads nor on the blocks' size.
// Without `keep` only the kinds of words and the rows are found.
CsvPass readRecords(const CsvFile& file, const std::vector<ColumnPlan>& plans, bool keep,
                    const Context& context);

// Calls `work` with the opened file; once more, as Windows-1252, when it is not UTF-8 after all.
CsvFile openAsWindows1252(const std::filesystem::path& path, CsvOptions options,
                          const NotUtf8& found, const Context& context);
template <class Work>
auto withCsv(const std::filesystem::path& path, const CsvOptions& options, const Context& context,
             const Work& work) {
  try {
    return work(openCsv(path, options));
  } catch (const NotUtf8& found) {
    return work(openAsWindows1252(path, options, found, context));
  }
}

// The table that a pass found, without its rows: the columns to keep with their types.
Table csvSchema(const CsvFile& file, const CsvPass& pass);

// The error for a file that is no longer what a pass before found.
[[noreturn]] void failChanged(const CsvFile& file);

// The error for a byte that no text holds.
[[noreturn]] void failBinary(const CsvFile& file, std::uint64_t offset);

}  // namespace lineament::io
