// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/project/database.h"
#include "core/project/items.h"
#include "core/project/project.h"
#include "core/project/rows.h"

namespace lineament::project {

// The log of changes. Every change is a list of rows as they were and as they are; undoing puts the
// old ones back, redoing the new ones. All functions run inside the caller's transaction.

struct RowChange {
  std::string table;
  Id id = 0;
  Row before;  // null: there was none
  Row after;   // null: there is none any more
};

struct LoggedStep {
  std::string title;
  std::vector<RowChange> rows;  // those that were put in place, in order
};

// Adds a change to the end of the log and forgets what waited to be redone. It becomes part of the
// step `join` where that is the last one, and melts into the last change where both have the same
// merge key and little time passed. Returns its step.
Id logChange(Database& database, const std::string& title, const std::vector<RowChange>& rows,
             const ChangeOptions& options, Id join);

// Nothing when there is no such step.
std::optional<LoggedStep> undoStep(Database& database);
std::optional<LoggedStep> redoStep(Database& database);

std::string undoTitleIn(const Database& database);  // empty: nothing to undo
std::string redoTitleIn(const Database& database);
std::vector<HistoryEntry> historyIn(const Database& database);
void clearLog(Database& database);

// Which rows differ between the document and a dump of it (dumpRows), as the changes that lead
// there.
std::vector<RowChange> differences(const Database& database, const nlohmann::json& dump);

// Marks payloads that neither the document, nor its history, nor a version speaks of; they are
// taken out of the file when it is opened next.
void abandonPayloads(Database& database);

std::string utcNow();  // with milliseconds

}  // namespace lineament::project
