// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/project/database.h"

namespace lineament::project {

// The tables of a project and how files of older versions become new ones.

// One step: a file of version `to - 1` becomes one of `to`. A new file is an empty one (version 0)
// taken through all of them, so that both have the very same schema.
struct Migration {
  int to = 1;
  const char* sql = "";
};
std::span<const Migration> migrations();

int schemaVersion(const Database& database);

// In one transaction. Throws Error "project.newer" when the file is of a version after the last
// migration's.
void migrate(Database& database, std::span<const Migration> steps = migrations());

// Refuses a file that is damaged ("project.damaged"), newer ("project.newer"), or has tables,
// indices, triggers or views other than its version has ("project.foreign_schema").
void checkSchema(const Database& database, std::span<const Migration> steps = migrations());

// The tables whose rows are the document: what undo, versions and dumps speak of. Every one of them
// has an `id`.
struct DocumentTable {
  std::string_view name;
  std::span<const std::string_view> columns;  // as the file's last version has them, `id` first
};
std::span<const DocumentTable> documentTables();
const DocumentTable* findDocumentTable(std::string_view name);

}  // namespace lineament::project
