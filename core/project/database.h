// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/context.h"
#include "core/base/json.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lineament::project {

class Statement;

// One connection to a SQLite file, set up so that a file from a stranger can do nothing: its
// triggers and views stay off, its schema is not trusted, its sizes are limited. Failures of SQLite
// leave as Error: "project.full", "project.damaged", "project.read_only", "project.busy",
// "project.disk", "project.database".
class Database {
 public:
  enum class Mode { look, change, create };

  // `vfs` names one of SQLite's file layers; null is the usual one.
  Database(const std::filesystem::path& path, Mode mode, const char* vfs = nullptr);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const std::string& sql);
  Statement prepare(std::string_view sql) const;
  std::int64_t integer(std::string_view sql) const;  // the first column of the first row, or 0

  // Write-ahead log and full synchronising; the rollback journal where the file system cannot share
  // memory between processes. True when it is the write-ahead log.
  bool useWriteAheadLog();
  // Everything into the one file, no log beside it. Another reader may prevent that; then the log
  // stays and nothing is lost. Returns what else was in the way, a full disk say; empty: nothing.
  std::string useOneFile();

  // A compact, consistent copy into a new file; stops when the context asks for it.
  void copyInto(const std::filesystem::path& target, const Context& context) const;

  void limitSize(std::uint64_t bytes);
  bool inTransaction() const;
  const std::filesystem::path& path() const { return path_; }

  [[noreturn]] void fail() const;  // throws what SQLite said last

 private:
  void guard();
  std::string reason() const;  // what SQLite said last
  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
};

// A prepared statement. Parameters are bound in order; columns are read in order.
class Statement {
 public:
  Statement(const Database& database, sqlite3* handle, std::string_view sql);
  Statement(Statement&&) noexcept = default;

  template <class... Values>
  Statement& bind(const Values&... values) {
    reset();
    int place = 0;
    (bindOne(++place, values), ...);
    return *this;
  }
  void bindOne(int place, std::int64_t value);
  void bindOne(int place, std::string_view text);  // copied
  void bindOne(int place, const std::string& text) { bindOne(place, std::string_view(text)); }
  void bindOne(int place, const char* text) { bindOne(place, std::string_view(text)); }
  void bindOne(int place, std::span<const std::byte> blob);  // must outlive the step
  void bindOne(int place, const nlohmann::json& value);      // null, number or text

  bool step();  // false: no further row
  void run();   // to the end
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::span<const std::byte> blob(int column) const;  // until the next step
  nlohmann::json value(int column) const;             // null, integer, real or text
  std::string columnName(int column) const;
  int columns() const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Error "project.damaged".
[[noreturn]] void throwDamaged(const Database& database, std::string_view reason);

// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace lineament::project
