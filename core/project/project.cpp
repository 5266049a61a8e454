// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/project.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/project/document.h"

namespace lineament::project {

namespace {

constexpr ErrorText kCopyFailed{"project.copy", "Save a copy of the project as {file}", "{reason}",
                                "{path}", "Choose another folder, or free space on this drive"};
constexpr ErrorText kCopyOnItself{"project.copy", "Save a copy of the project as {file}",
                                  "this is the project itself", "{path}", "Choose another name"};

// The content must be on the disk before it takes the name of what was there.
void putInPlace(const std::filesystem::path& part, const std::filesystem::path& path) {
  const int descriptor = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
  const bool flushed = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int problem = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (flushed && ::rename(part.c_str(), path.c_str()) == 0) return;
  throw Error(
      kCopyFailed,
      {{"file", path.filename().string()},
       {"path", path.string()},
       {"reason", std::error_code(flushed ? errno : problem, std::generic_category()).message()}});
}

nlohmann::json valueIn(const Document& document, const char* sql, const std::string& key) {
  const Reading reading(document);
  Statement find = reading.database().prepare(sql);
  if (!find.bind(key).step()) return nullptr;
  return parseJson(reading.database(), find.text(0));
}

}  // namespace

std::unique_ptr<Project> Project::create(const std::filesystem::path& path,
                                         const OpenOptions& options) {
  Document::create(path);
  return open(path, options);
}

std::unique_ptr<Project> Project::open(const std::filesystem::path& path,
                                       const OpenOptions& options) {
  return std::unique_ptr<Project>(new Project(std::make_unique<Document>(path, options)));
}

Project::Project(std::unique_ptr<Document> document) : document_(std::move(document)) {}

Project::~Project() = default;

void Project::close() {
  document_->close();
}

const std::filesystem::path& Project::path() const {
  return document_->path();
}

void Project::requireChangeable(const std::string& title) const {
  document_->requireChangeable(title);
}

bool Project::readOnly() const {
  return document_->readOnly();
}

nlohmann::json Project::setting(const std::string& key) const {
  return valueIn(*document_, "SELECT value FROM settings WHERE key = ?1", key);
}

void Project::setSetting(const std::string& key, const nlohmann::json& value,
                         const ChangeOptions& change) {
  Edit edit(*document_, "Change the setting " + key, change);
  Id id = 0;
  {
    Statement find = edit.database().prepare("SELECT id FROM settings WHERE key = ?1");
    if (find.bind(key).step()) id = find.integer(0);
  }
  if (!value.is_null()) {
    if (id == 0) id = edit.newId();
    edit.put("settings", {{"id", id}, {"key", key}, {"value", textOf(value)}});
  } else if (id != 0) {
    edit.remove("settings", id);
  }
  edit.commit();
}

nlohmann::json Project::windowState(const std::string& key) const {
  return valueIn(*document_, "SELECT value FROM window_state WHERE key = ?1", key);
}

void Project::setWindowState(const std::string& key, const nlohmann::json& value) {
  Edit edit(*document_, "Arrange windows");
  if (value.is_null()) {
    edit.changing().prepare("DELETE FROM window_state WHERE key = ?1").bind(key).run();
  } else {
    edit.changing()
        .prepare("INSERT OR REPLACE INTO window_state VALUES (?, ?)")
        .bind(key, textOf(value))
        .run();
  }
  edit.alsoTell({ItemType::window_state, 0, ChangeSet::What::changed});
  edit.commit();
}

void Project::saveCopy(const std::filesystem::path& path, const Context& context) const {
  std::error_code ignored;
  if (std::filesystem::equivalent(path, document_->path(), ignored)) {
    throw Error(kCopyOnItself, {{"file", path.filename().string()}, {"path", path.string()}});
  }
  // Closed at once, which removes it again: only its name is wanted, and that the folder can be
  // written.
  const std::filesystem::path part = OutputFile(path).temporaryPath();
  try {
    { const Reading open(*document_); }
    // A connection of its own, so that the project can be used meanwhile.
    Database(document_->path(), Database::Mode::look).copyInto(part, context);
    putInPlace(part, path);
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
}

int Project::onChanged(std::function<void(const ChangeSet&)> observer) {
  return document_->addObserver(std::move(observer));
}

void Project::removeObserver(int number) {
  document_->removeObserver(number);
}

nlohmann::json Project::dump() const {
  return dumpRows(Reading(*document_).database());
}

}  // namespace lineament::project
