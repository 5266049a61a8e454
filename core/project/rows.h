// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/project/database.h"
#include "core/project/items.h"

namespace lineament::project {

// A row of a document table as an object of its columns; null for no row. History, versions and
// dumps hold rows in this form.
using Row = nlohmann::json;

// Both throw Error "project.damaged" for a table that is none of the document's.
Row readRow(const Database& database, std::string_view table, Id id);
std::vector<Row> readRows(const Database& database, std::string_view table,
                          std::string_view condition = {}, Id value = 0);

// Puts the row in the place of the one with that id; null removes it. What comes from a file is
// not trusted: unknown columns or other types are Error "project.damaged".
void writeRow(Database& database, std::string_view table, Id id, const Row& row);

// All document tables: {"sources": [row, ...], ...}, by id.
nlohmann::json dumpRows(const Database& database);

// JSON in the file, which may come from anybody: Error "project.damaged" for bad or absurdly deep
// text, instead of a stack that overflows.
nlohmann::json parseJson(const Database& database, std::string_view text);
// Bytes that are not UTF-8 (file names may hold any) become the replacement character.
std::string textOf(const nlohmann::json& json);

// Items and their rows. Reading throws Error "project.damaged" for what no program wrote.
Row rowOf(const Source& source, Id payload);
Row rowOf(const Run& run);
Row rowOf(const Result& result, const std::string& origin, Id payload);
Row rowOf(const Figure& figure, std::int64_t position);
Row rowOf(const ReportItem& item, std::int64_t position);

Source sourceOf(const Database& database, const Row& row);
Run runOf(const Database& database, const Row& row);
Result resultOf(const Database& database, const Row& row);
Figure figureOf(const Database& database, const Row& row);
ReportItem reportItemOf(const Database& database, const Row& row);

}  // namespace lineament::project
