// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/io/json_text.h"
#include "core/project/schema.h"

namespace lineament::project {

namespace {

const DocumentTable& requireTable(const Database& database, std::string_view name) {
  if (const DocumentTable* table = findDocumentTable(name)) return *table;
  throwDamaged(database, fmt::format("there is no table '{}'", name.substr(0, 64)));
}

Row rowAt(const Statement& statement) {
  Row row = Row::object();
  for (int i = 0; i < statement.columns(); ++i) row[statement.columnName(i)] = statement.value(i);
  return row;
}

}  // namespace

nlohmann::json parseJson(const Database& database, std::string_view text) {
  std::optional<nlohmann::json> json = io::parseJson(text);
  if (!json) throwDamaged(database, "a value is not JSON, or nested too deeply");
  return *std::move(json);
}

std::string textOf(const nlohmann::json& json) {
  return io::jsonText(json);
}

Row readRow(const Database& database, std::string_view table, Id id) {
  Statement statement = database.prepare(
      fmt::format("SELECT * FROM {} WHERE id = ?1", requireTable(database, table).name));
  statement.bind(id);
  return statement.step() ? rowAt(statement) : Row();
}

std::vector<Row> readRows(const Database& database, std::string_view table,
                          std::string_view condition, Id value) {
  const std::string_view name = requireTable(database, table).name;
  std::string sql = fmt::format("SELECT * FROM {}", name);
  if (!condition.empty()) sql += fmt::format(" WHERE {} = ?1", condition);
  const bool ordered = name == "figures" || name == "report_items";
  sql += ordered ? " ORDER BY position, id" : " ORDER BY id";
  Statement statement = database.prepare(sql);
  if (!condition.empty()) statement.bind(value);
  std::vector<Row> rows;
  while (statement.step()) rows.push_back(rowAt(statement));
  return rows;
}

void writeRow(Database& database, std::string_view table_name, Id id, const Row& row) {
  const DocumentTable& table = requireTable(database, table_name);
  if (row.is_null()) {
    database.prepare(fmt::format("DELETE FROM {} WHERE id = ?1", table.name)).bind(id).run();
    return;
  }
  if (!row.is_object() || row.value("id", nlohmann::json()) != id) {
    throwDamaged(database, "a row of the history is not one");
  }
  std::string columns, places;
  for (const auto& [name, value] : row.items()) {
    if (std::find(table.columns.begin(), table.columns.end(), name) == table.columns.end() ||
        !(value.is_string() || value.is_number())) {
      throwDamaged(database, fmt::format("the table {} has no such column", table.name));
    }
    columns += (columns.empty() ? "" : ", ") + name;
    places += places.empty() ? "?" : ", ?";
  }
  Statement statement = database.prepare(
      fmt::format("INSERT OR REPLACE INTO {} ({}) VALUES ({})", table.name, columns, places));
  int place = 0;
  for (const auto& value : row) statement.bindOne(++place, value);
  statement.run();
}

nlohmann::json dumpRows(const Database& database) {
  nlohmann::json dump = nlohmann::json::object();
  for (const DocumentTable& table : documentTables()) {
    nlohmann::json& rows = dump[std::string(table.name)] = nlohmann::json::array();
    Statement statement = database.prepare(fmt::format("SELECT * FROM {} ORDER BY id", table.name));
    while (statement.step()) rows.push_back(rowAt(statement));
  }
  return dump;
}

}  // namespace lineament::project
