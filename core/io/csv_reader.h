// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "core/base/context.h"
#include "core/data/table.h"
#include "core/io/csv_options.h"
#include "core/io/reader.h"

namespace lineament::io {

// Tables in delimited text: CSV, TSV, columns between blanks, each also gzipped. Dialect, header
// and types are found out; the types by looking at all rows. Integers are whole numbers up to
// 2^53; longer ones and those with leading zeros are text, since they are codes.
// Errors: csv.no_table, csv.binary, csv.encoding, csv.unclosed_quote, csv.long_record, csv.columns,
// gzip.*, file.*. What was dropped or filled up is said in the log.
Table readCsv(const std::filesystem::path& path, const CsvOptions& options = {},
              const Context& context = {});

// The same table a block of rows at a time. The file is read twice: once for the types.
std::unique_ptr<TableBlocks> openCsvBlocks(const std::filesystem::path& path,
                                           const CsvOptions& options = {},
                                           const Context& context = {});

// Whether the head of a file looks like a table in delimited text.
bool isTabularText(const Probe& probe);

std::unique_ptr<Reader> makeCsvReader();

}  // namespace lineament::io
