// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/schema.h"

#include <map>
#include <string>
#include <tuple>

#include "core/base/error.h"

namespace lineament::project {

namespace {

constexpr ErrorText kNewer{
    "project.newer", "Open the project {file}",
    "it was made by a newer version of the program (format {found}, this one knows {known})",
    "{path}", "Update the program, or ask for a copy from the older one"};
constexpr ErrorText kForeign{
    "project.foreign_schema", "Open the project {file}",
    "it has a {type} '{name}' that no project has, or lacks one", "{path}",
    "It was changed by another program and may not be safe: ask for the original"};

// Tables are STRICT, so a value of another type than its column's cannot be in the file.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE sequence (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL
) STRICT;
INSERT INTO sequence VALUES (1, 0);

CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  relative_path TEXT NOT NULL,
  absolute_path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  kind TEXT NOT NULL,
  reader TEXT NOT NULL,
  reader_options TEXT NOT NULL,
  payload INTEGER NOT NULL,
  added TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  hidden INTEGER NOT NULL,
  inputs TEXT NOT NULL,
  record TEXT NOT NULL
) STRICT;

CREATE TABLE results (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  output TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  origin TEXT NOT NULL,
  summary TEXT NOT NULL,
  payload INTEGER NOT NULL
) STRICT;
CREATE INDEX results_by_run ON results (run);

CREATE TABLE figures (
  id INTEGER PRIMARY KEY,
  data INTEGER NOT NULL,
  spec TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE report_items (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  text TEXT NOT NULL,
  target INTEGER NOT NULL,
  options TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE window_state (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE payloads (
  id INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL,
  complete INTEGER NOT NULL
) STRICT;

CREATE TABLE chunks (
  payload INTEGER NOT NULL,
  number INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (payload, number)
) STRICT;

CREATE TABLE changes (
  id INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  title TEXT NOT NULL,
  forward TEXT NOT NULL,
  inverse TEXT NOT NULL,
  step INTEGER NOT NULL,
  merge_key TEXT NOT NULL,
  undone INTEGER NOT NULL
) STRICT;
CREATE INDEX changes_by_step ON changes (step);

CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  name TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;
)sql";

constexpr std::array<Migration, 1> kMigrations{{{1, kVersion1}}};

using Columns = std::string_view[];
constexpr Columns kSources{"id",     "name",           "relative_path", "absolute_path",
                           "sha256", "size",           "modified",      "kind",
                           "reader", "reader_options", "payload",       "added"};
constexpr Columns kRuns{"id", "title", "hidden", "inputs", "record"};
constexpr Columns kResults{"id", "run", "output", "kind", "title", "origin", "summary", "payload"};
constexpr Columns kFigures{"id", "data", "spec", "position"};
constexpr Columns kReportItems{"id", "type", "text", "target", "options", "position"};
constexpr Columns kSettings{"id", "key", "value"};

constexpr std::array<DocumentTable, 6> kDocumentTables{{{"sources", kSources},
                                                        {"runs", kRuns},
                                                        {"results", kResults},
                                                        {"figures", kFigures},
                                                        {"report_items", kReportItems},
                                                        {"settings", kSettings}}};

// (type, name) -> (table, SQL), as sqlite_schema holds them.
using Schema = std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>>;

Schema schemaOf(const Database& database) {
  Schema schema;
  Statement all = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema");
  while (all.step()) schema[{all.text(0), all.text(1)}] = {all.text(2), all.text(3)};
  return schema;
}

int lastVersion(std::span<const Migration> steps) {
  return steps.empty() ? 0 : steps.back().to;
}

void refuseNewer(const Database& database, std::span<const Migration> steps) {
  const int version = schemaVersion(database);
  if (version >= 0 && version <= lastVersion(steps)) return;
  throw Error(kNewer, {{"file", database.path().filename().string()},
                       {"path", database.path().string()},
                       {"found", version},
                       {"known", lastVersion(steps)}});
}

void apply(Database& database, std::span<const Migration> steps, int up_to) {
  for (const Migration& step : steps) {
    if (step.to <= schemaVersion(database) || step.to > up_to) continue;
    database.execute(step.sql);
    database.execute("PRAGMA user_version=" + std::to_string(step.to));
  }
}

void refuseForeign(const Database& database, std::span<const Migration> steps) {
  Database model(":memory:", Database::Mode::create);
  apply(model, steps, schemaVersion(database));
  const Schema expected = schemaOf(model);
  const Schema found = schemaOf(database);
  if (found == expected) return;
  const auto foreign = [&](const Schema& some, const Schema& other) {
    for (const auto& [name, what] : some) {
      const auto twin = other.find(name);
      if (twin != other.end() && twin->second == what) continue;
      throw Error(kForeign, {{"file", database.path().filename().string()},
                             {"path", database.path().string()},
                             {"type", name.first},
                             {"name", name.second}});
    }
  };
  foreign(found, expected);
  foreign(expected, found);
}

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

int schemaVersion(const Database& database) {
  return static_cast<int>(database.integer("PRAGMA user_version"));
}

void migrate(Database& database, std::span<const Migration> steps) {
  refuseNewer(database, steps);
  if (schemaVersion(database) == lastVersion(steps)) return;
  Transaction transaction(database);
  apply(database, steps, lastVersion(steps));
  transaction.commit();
}

void checkSchema(const Database& database, std::span<const Migration> steps) {
  refuseNewer(database, steps);
  refuseForeign(database, steps);
  Statement check = database.prepare("PRAGMA quick_check(1)");
  const std::string answer = check.step() ? check.text(0) : "it cannot be checked";
  if (answer == "ok") return;
  throwDamaged(database, answer);
}

std::span<const DocumentTable> documentTables() {
  return kDocumentTables;
}

const DocumentTable* findDocumentTable(std::string_view name) {
  for (const DocumentTable& table : kDocumentTables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

}  // namespace lineament::project
