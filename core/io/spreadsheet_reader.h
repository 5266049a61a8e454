// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/context.h"
#include "core/data/table.h"
#include "core/io/reader.h"

namespace lineament::io {

// A sheet of a workbook (XLSX, ODS, and old XLS where GDAL can) as a table; its first row is the
// header when it holds text over numbers. An empty `sheet` means the first one with cells; the
// others are named in the log. Errors: spreadsheet.unreadable, spreadsheet.unsupported,
// spreadsheet.no_sheet, spreadsheet.empty.
Table readSpreadsheet(const std::filesystem::path& path, const std::string& sheet = {},
                      const Context& context = {});

std::unique_ptr<Reader> makeSpreadsheetReader();

}  // namespace lineament::io
