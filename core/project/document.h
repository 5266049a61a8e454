// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/project/database.h"
#include "core/project/history.h"
#include "core/project/lock_file.h"
#include "core/project/project.h"
#include "core/project/rows.h"

namespace lineament::project {

// What lies behind a Project: the open database, the lock beside it, the mutex and the observers.
// Reading and Edit are the ways in.
class Document {
 public:
  static void create(const std::filesystem::path& path);

  Document(const std::filesystem::path& path, const OpenOptions& options);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  void close();
  const std::filesystem::path& path() const { return path_; }
  bool readOnly() const { return read_only_; }
  void requireChangeable(const std::string& title) const;  // Error "project.read_only"

  int addObserver(std::function<void(const ChangeSet&)> observer);
  void removeObserver(int number);
  void tell(const ChangeSet& changes) const;  // without the mutex

  // Changes of the calling thread become one step until the end.
  void beginGroup(const std::string& title);
  void endGroup();

  // A file for the content of an embedded source, gone when the document is.
  std::filesystem::path extractionPath(const std::string& name) const;

 private:
  friend class Reading;
  friend class Edit;
  struct Group {
    std::thread::id thread;
    std::string title;
    int depth = 0;
    Id step = 0;
  };

  void openChecked(const OpenOptions& options);

  std::filesystem::path path_;
  bool read_only_ = false;
  std::optional<LockFile> lock_;
  mutable std::mutex mutex_;
  std::unique_ptr<Database> database_;  // null: closed
  // What only looks goes through a connection of its own, so that it never waits for a change on
  // its way to the disk. Null where there is no write-ahead log to look past.
  mutable std::mutex looking_mutex_;
  std::unique_ptr<Database> looking_;
  Group group_;

  mutable std::mutex observers_mutex_;
  std::map<int, std::function<void(const ChangeSet&)>> observers_;
  int last_observer_ = 0;
  mutable std::filesystem::path extracted_;  // made when first needed
};

// The document as it is at one moment, while it lives.
class Reading {
 public:
  explicit Reading(const Document& document);  // Error "project.closed"
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const Database& database() const { return *database_; }
  Row row(std::string_view table, Id id) const;  // Error "project.no_item" (usage)

 protected:
  struct ToChange {};
  Reading(const Document& document, ToChange);

  std::unique_lock<std::mutex> held_;
  Database* database_;

 private:
  void requireOpen(const Document& document) const;
  bool snapshot_ = false;  // in a transaction of its own
};

// One change: rows are put and removed, then all of it is committed with its log entry, or nothing.
class Edit : private Reading {
 public:
  // Throws Error "project.read_only".
  Edit(Document& document, std::string title, ChangeOptions options = {});

  using Reading::database;
  using Reading::row;
  Database& changing() { return *database_; }

  Id newId();
  void put(std::string_view table, const Row& row);  // has an "id"
  void remove(std::string_view table, Id id);
  void apply(const RowChange& change);
  // What observers should hear besides the rows.
  void alsoTell(ChangeSet::Item item) { told_.items.push_back(item); }

  // Logged when rows changed; observers hear of it after the mutex is free.
  void commit();
  // The rows were changed by the log itself.
  void commitReplay(const LoggedStep& step);

 private:
  void finish();
  Document& document_;
  Transaction transaction_;
  ChangeOptions options_;
  std::vector<RowChange> rows_;
  ChangeSet told_;
};

// The next number of the project's one sequence, in the caller's transaction.
Id nextId(Database& database);

[[noreturn]] void throwNoItem(const Database& database, Id id);

}  // namespace lineament::project
