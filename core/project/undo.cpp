// SPDX-License-Identifier: GPL-3.0-or-later
// The history of a Project: undo, redo, groups and named versions.
#include "core/base/error.h"
#include "core/project/document.h"

namespace lineament::project {

namespace {

constexpr ErrorText kNoVersion{"project.no_version", "Use a saved version of the project {file}",
                               "there is none with the id {id}", "",
                               "List the versions to see which there are"};

[[noreturn]] void throwNoVersion(const Database& database, Id id) {
  throw Error::usage(kNoVersion, {{"file", database.path().filename().string()}, {"id", id}});
}

}  // namespace

bool Project::canUndo() const {
  return !undoTitle().empty();
}

bool Project::canRedo() const {
  return !redoTitle().empty();
}

std::string Project::undoTitle() const {
  return undoTitleIn(Reading(*document_).database());
}

std::string Project::redoTitle() const {
  return redoTitleIn(Reading(*document_).database());
}

bool Project::undo() {
  Edit edit(*document_, "Undo");
  const std::optional<LoggedStep> step = undoStep(edit.changing());
  if (step) edit.commitReplay(*step);
  return step.has_value();
}

bool Project::redo() {
  Edit edit(*document_, "Redo");
  const std::optional<LoggedStep> step = redoStep(edit.changing());
  if (step) edit.commitReplay(*step);
  return step.has_value();
}

std::vector<HistoryEntry> Project::history() const {
  return historyIn(Reading(*document_).database());
}

void Project::clearHistory() {
  Edit edit(*document_, "Forget the history");
  clearLog(edit.changing());
  edit.commit();
}

Project::Group::Group(Project& project, const std::string& title) : project_(project) {
  project_.document_->beginGroup(title);
}

Project::Group::~Group() {
  project_.document_->endGroup();
}

Id Project::saveVersion(const std::string& name) {
  Edit edit(*document_, "Save the version " + name);
  const Id id = edit.newId();
  edit.changing()
      .prepare("INSERT INTO versions VALUES (?, ?, ?, ?)")
      .bind(id, utcNow(), name, textOf(dumpRows(edit.database())))
      .run();
  edit.alsoTell({ItemType::version, id, ChangeSet::What::added});
  edit.commit();
  return id;
}

std::vector<Version> Project::versions() const {
  const Reading reading(*document_);
  Statement all = reading.database().prepare("SELECT id, time, name FROM versions ORDER BY id");
  std::vector<Version> versions;
  while (all.step()) versions.push_back({all.integer(0), all.text(1), all.text(2)});
  return versions;
}

void Project::restoreVersion(Id id) {
  Edit edit(*document_, "Restore a version");
  nlohmann::json content;
  {
    Statement find = edit.database().prepare("SELECT content FROM versions WHERE id = ?1");
    if (!find.bind(id).step()) throwNoVersion(edit.database(), id);
    content = parseJson(edit.database(), find.text(0));
  }
  for (const RowChange& change : differences(edit.database(), content)) edit.apply(change);
  edit.commit();
}

void Project::removeVersion(Id id) {
  Edit edit(*document_, "Remove a version");
  Statement find = edit.changing().prepare("DELETE FROM versions WHERE id = ?1 RETURNING id");
  if (!find.bind(id).step()) throwNoVersion(edit.database(), id);
  find.run();
  abandonPayloads(edit.changing());
  edit.alsoTell({ItemType::version, id, ChangeSet::What::removed});
  edit.commit();
}

}  // namespace lineament::project
