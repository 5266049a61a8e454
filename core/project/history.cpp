// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <set>

#include "core/data/table.h"
#include "core/project/schema.h"

namespace lineament::project {

namespace {

std::int64_t millisecondsNow() {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string timeTextOf(std::int64_t milliseconds) {
  std::string text = timeText(milliseconds / 1000 * 1'000'000);  // "...:00Z"
  text.insert(text.size() - 1, fmt::format(".{:03}", milliseconds % 1000));
  return text;
}

// What leads from one side of a change to the other, in order.
nlohmann::json forwardOf(const std::vector<RowChange>& rows) {
  nlohmann::json json = nlohmann::json::array();
  for (const RowChange& row : rows) {
    json.push_back({{"table", row.table}, {"id", row.id}, {"row", row.after}});
  }
  return json;
}

nlohmann::json inverseOf(const std::vector<RowChange>& rows) {
  nlohmann::json json = nlohmann::json::array();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    json.push_back({{"table", row->table}, {"id", row->id}, {"row", row->before}});
  }
  return json;
}

struct LastChange {
  Id id = 0;
  std::string time;
  Id step = 0;
  std::string merge_key;
};

LastChange lastChange(const Database& database) {
  Statement last = database.prepare(
      "SELECT id, time, step, merge_key FROM changes WHERE undone = 0 ORDER BY id DESC LIMIT 1");
  if (!last.step()) return {};
  return {last.integer(0), last.text(1), last.integer(2), last.text(3)};
}

// Puts the rows of a logged direction in place.
void replay(Database& database, const nlohmann::json& direction, std::vector<RowChange>& done) {
  try {
    for (const auto& entry : direction) {
      RowChange row{
          entry.at("table").get<std::string>(), entry.at("id").get<Id>(), {}, entry.at("row")};
      row.before = readRow(database, row.table, row.id);
      writeRow(database, row.table, row.id, row.after);
      done.push_back(std::move(row));
    }
  } catch (const nlohmann::json::exception& problem) {
    throwDamaged(database, problem.what());
  }
}

std::optional<LoggedStep> takeStep(Database& database, bool undo) {
  Statement first =
      database.prepare(undo ? "SELECT step FROM changes WHERE undone = 0 ORDER BY id DESC LIMIT 1"
                            : "SELECT step FROM changes WHERE undone = 1 ORDER BY id LIMIT 1");
  if (!first.step()) return {};
  const Id step = first.integer(0);
  LoggedStep taken;
  Statement changes = database.prepare(
      undo ? "SELECT title, inverse FROM changes WHERE step = ?1 AND undone = 0 ORDER BY id DESC"
           : "SELECT title, forward FROM changes WHERE step = ?1 AND undone = 1 ORDER BY id");
  changes.bind(step);
  while (changes.step()) {
    taken.title = changes.text(0);
    replay(database, parseJson(database, changes.text(1)), taken.rows);
  }
  database.prepare("UPDATE changes SET undone = ?1 WHERE step = ?2").bind(Id{undo}, step).run();
  return taken;
}

void discardUndone(Database& database) {
  if (database.integer("SELECT count(*) FROM changes WHERE undone = 1") == 0) return;
  const bool payloads = database.integer(
                            "SELECT count(*) FROM changes WHERE undone = 1 AND forward LIKE "
                            "'%\"payload\"%'") > 0;
  database.execute("DELETE FROM changes WHERE undone = 1");
  if (payloads) abandonPayloads(database);
}

// The change that leads from before the last one to after this one.
bool mergeInto(Database& database, Id last, const std::vector<RowChange>& rows) {
  Statement read = database.prepare("SELECT forward, inverse FROM changes WHERE id = ?1");
  if (!read.bind(last).step()) return false;
  nlohmann::json forward = parseJson(database, read.text(0));
  nlohmann::json inverse = parseJson(database, read.text(1));
  for (const auto& entry : forwardOf(rows)) {
    const auto same = std::find_if(forward.begin(), forward.end(), [&](const auto& other) {
      return other.at("table") == entry.at("table") && other.at("id") == entry.at("id");
    });
    if (same == forward.end()) return false;
    *same = entry;
  }
  database.prepare("UPDATE changes SET forward = ?1, time = ?2 WHERE id = ?3")
      .bind(textOf(forward), utcNow(), last)
      .run();
  return true;
}

bool recent(const std::string& time, std::chrono::milliseconds within) {
  return time >= timeTextOf(millisecondsNow() - within.count());
}

std::string titleAt(const Database& database, const char* sql) {
  Statement statement = database.prepare(sql);
  return statement.step() ? statement.text(0) : std::string();
}

// Payload ids in any JSON of rows: the values of members named "payload".
void gatherPayloads(const nlohmann::json& json, std::set<Id>& found) {
  for (const auto& [key, value] : json.items()) {
    if (value.is_structured()) gatherPayloads(value, found);
    if (json.is_object() && key == "payload" && value.is_number_integer()) {
      found.insert(value.get<Id>());
    }
  }
}

}  // namespace

std::string utcNow() {
  return timeTextOf(millisecondsNow());
}

Id logChange(Database& database, const std::string& title, const std::vector<RowChange>& rows,
             const ChangeOptions& options, Id join) {
  const bool undone = database.integer("SELECT count(*) FROM changes WHERE undone = 1") > 0;
  discardUndone(database);
  const LastChange last = lastChange(database);
  if (!undone && !options.merge_key.empty() && options.merge_key == last.merge_key &&
      recent(last.time, options.merge_within) && mergeInto(database, last.id, rows)) {
    return last.step;
  }
  const Id id = last.id + 1;
  const Id step = join != 0 && join == last.step ? join : id;
  database.prepare("INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, 0)")
      .bind(id, utcNow(), title, textOf(forwardOf(rows)), textOf(inverseOf(rows)), step,
            options.merge_key)
      .run();
  return step;
}

std::optional<LoggedStep> undoStep(Database& database) {
  return takeStep(database, true);
}

std::optional<LoggedStep> redoStep(Database& database) {
  return takeStep(database, false);
}

std::string undoTitleIn(const Database& database) {
  return titleAt(database,
                 "SELECT title FROM changes WHERE id = (SELECT step FROM changes WHERE "
                 "undone = 0 ORDER BY id DESC LIMIT 1)");
}

std::string redoTitleIn(const Database& database) {
  return titleAt(database, "SELECT title FROM changes WHERE undone = 1 ORDER BY id LIMIT 1");
}

std::vector<HistoryEntry> historyIn(const Database& database) {
  Statement steps =
      database.prepare("SELECT step, time, title, undone FROM changes WHERE id = step ORDER BY id");
  std::vector<HistoryEntry> entries;
  while (steps.step()) {
    entries.push_back({steps.integer(0), steps.text(1), steps.text(2), steps.integer(3) != 0});
  }
  return entries;
}

void clearLog(Database& database) {
  database.execute("DELETE FROM changes");
  abandonPayloads(database);
}

std::vector<RowChange> differences(const Database& database, const nlohmann::json& dump) {
  const nlohmann::json now = dumpRows(database);
  std::vector<RowChange> changes;
  try {
    for (const DocumentTable& table : documentTables()) {
      const std::string name(table.name);
      std::map<Id, std::pair<Row, Row>> rows;
      for (const Row& row : now.at(name)) rows[row.at("id").get<Id>()].first = row;
      for (const Row& row : dump.value(name, nlohmann::json::array())) {
        rows[row.at("id").get<Id>()].second = row;
      }
      for (auto& [id, sides] : rows) {
        if (sides.first == sides.second) continue;
        changes.push_back({name, id, std::move(sides.first), std::move(sides.second)});
      }
    }
  } catch (const nlohmann::json::exception& problem) {
    throwDamaged(database, problem.what());
  }
  return changes;
}

void abandonPayloads(Database& database) {
  std::set<Id> spoken_of;
  for (const char* sql : {"SELECT payload FROM sources", "SELECT payload FROM results"}) {
    Statement live = database.prepare(sql);
    while (live.step()) spoken_of.insert(live.integer(0));
  }
  for (const char* sql : {"SELECT forward FROM changes WHERE forward LIKE '%\"payload\"%'",
                          "SELECT inverse FROM changes WHERE inverse LIKE '%\"payload\"%'",
                          "SELECT content FROM versions"}) {
    Statement kept = database.prepare(sql);
    while (kept.step()) gatherPayloads(parseJson(database, kept.text(0)), spoken_of);
  }
  std::vector<Id> all;
  Statement ids = database.prepare("SELECT id FROM payloads WHERE complete = 1");
  while (ids.step()) all.push_back(ids.integer(0));
  Statement abandon = database.prepare("UPDATE payloads SET complete = 0 WHERE id = ?1");
  for (const Id id : all) {
    if (!spoken_of.contains(id)) abandon.bind(id).run();
  }
}

}  // namespace lineament::project
