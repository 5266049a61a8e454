// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/database.h"

#include <sqlite3.h>
#include <sys/vfs.h>

#include <cerrno>
#include <string>

#include "core/base/error.h"

namespace lineament::project {

namespace {

constexpr ErrorText kFull{"project.full", "Change the project {file}",
                          "the disk is full, or the limit for this file is reached", "{path}",
                          "Free some space and try again; everything made before is kept"};
constexpr ErrorText kDamaged{"project.damaged", "Read the project {file}",
                             "the file is damaged: {reason}", "{path}",
                             "Take a copy of it from a backup"};
constexpr ErrorText kBusy{"project.busy", "Use the project {file}",
                          "another program keeps it busy: {reason}", "{path}",
                          "Close it in the other program, then try again"};
constexpr ErrorText kDisk{"project.disk", "Use the project {file}", "the drive answered: {reason}",
                          "{path}", "Check the drive it is on, then open the project again"};
constexpr ErrorText kCannotOpen{
    "project.cannot_open", "Open the project {file}", "{reason}", "{path}",
    "Check the permissions of the file and its folder; a project that was not closed properly has "
    "to be opened once where its folder can be written"};
constexpr ErrorText kOther{"project.database", "Use the project {file}", "SQLite says: {reason}",
                           "{path}", "Close the project and open it again"};

// What a value or a statement in a project may take at most.
constexpr int kLongestValue = 256 << 20;
constexpr int kLongestStatement = 1 << 20;
constexpr int kBusyMilliseconds = 5000;

const ErrorText& textFor(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return kDamaged;
    case SQLITE_READONLY:
      return kCannotOpen;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return kBusy;
    case SQLITE_IOERR:
      return kDisk;
    case SQLITE_CANTOPEN:
      return kCannotOpen;
    default:
      return kOther;
  }
}

// File systems whose memory cannot be shared between machines: no write-ahead log there.
bool onNetworkDrive(const std::filesystem::path& path) {
  constexpr unsigned kNfs = 0x6969, kSmb = 0x517b, kCifs = 0xff534d42, kSmb2 = 0xfe534d42,
                     k9p = 0x01021997, kFuse = 0x65735546;
  struct statfs status {};
  if (::statfs(path.c_str(), &status) != 0) return false;
  const auto type = static_cast<unsigned>(status.f_type);
  return type == kNfs || type == kSmb || type == kCifs || type == kSmb2 || type == k9p ||
         type == kFuse;
}

int stopWhenAsked(void* context) {
  return static_cast<const Context*>(context)->stopRequested() ? 1 : 0;
}

}  // namespace

Database::Database(const std::filesystem::path& path, Mode mode, const char* vfs) : path_(path) {
  int flags = SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::look) flags |= SQLITE_OPEN_READONLY;
  if (mode != Mode::look) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
  try {
    if (sqlite3_open_v2(path.c_str(), &handle_, flags, vfs) != SQLITE_OK) fail();
    guard();
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

void Database::guard() {
  for (const auto& [option, value] : {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                                      {SQLITE_DBCONFIG_DQS_DML, 0},
                                      {SQLITE_DBCONFIG_DQS_DDL, 0}}) {
    sqlite3_db_config(handle_, option, value, nullptr);
  }
  for (const auto& [limit, value] : {std::pair{SQLITE_LIMIT_LENGTH, kLongestValue},
                                     {SQLITE_LIMIT_SQL_LENGTH, kLongestStatement},
                                     {SQLITE_LIMIT_COLUMN, 64},
                                     {SQLITE_LIMIT_EXPR_DEPTH, 32},
                                     {SQLITE_LIMIT_COMPOUND_SELECT, 4},
                                     {SQLITE_LIMIT_VDBE_OP, 25000},
                                     {SQLITE_LIMIT_FUNCTION_ARG, 8},
                                     {SQLITE_LIMIT_ATTACHED, 1},
                                     {SQLITE_LIMIT_VARIABLE_NUMBER, 64},
                                     {SQLITE_LIMIT_TRIGGER_DEPTH, 1}}) {
    sqlite3_limit(handle_, limit, value);
  }
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
  execute("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY");
}

void Database::fail() const {
  const int code = handle_ ? sqlite3_extended_errcode(handle_) : SQLITE_NOMEM;
  if ((code & 0xff) == SQLITE_INTERRUPT) throw Cancelled();
  const int system = handle_ ? sqlite3_system_errno(handle_) : 0;
  const bool io = (code & 0xff) == SQLITE_IOERR;
  const bool quota = io && (system == EDQUOT || system == ENOSPC || system == EFBIG);
  throw Error(
      quota ? kFull : textFor(code),
      {{"file", path_.filename().string()}, {"path", path_.string()}, {"reason", reason()}});
}

std::string Database::reason() const {
  if (!handle_) return "no memory is left";
  const int code = sqlite3_extended_errcode(handle_) & 0xff;
  const int system = sqlite3_system_errno(handle_);
  if (system != 0 && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN)) {
    return std::error_code(system, std::generic_category()).message();
  }
  return sqlite3_errmsg(handle_);
}

void Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

Statement Database::prepare(std::string_view sql) const {
  return Statement(*this, handle_, sql);
}

std::int64_t Database::integer(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

bool Database::useWriteAheadLog() {
  bool log = false;
  if (!onNetworkDrive(path_)) {
    Statement mode = prepare("PRAGMA journal_mode=WAL");
    log = mode.step() && mode.text(0) == "wal";
  }
  execute("PRAGMA synchronous=FULL");
  return log;
}

std::string Database::useOneFile() {
  sqlite3_busy_timeout(handle_, 0);
  sqlite3_exec(handle_, "PRAGMA incremental_vacuum", nullptr, nullptr, nullptr);
  const int joined =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  const bool done = joined == SQLITE_OK || (joined & 0xff) == SQLITE_BUSY;
  const std::string problem = done ? std::string() : reason();
  sqlite3_exec(handle_, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
  return problem;
}

void Database::copyInto(const std::filesystem::path& target, const Context& context) const {
  context.checkpoint(0, "Copying");
  constexpr int kStepsBetweenLooks = 50;
  Statement copy = prepare("VACUUM INTO ?1");
  copy.bind(target.string());
  sqlite3_progress_handler(handle_, kStepsBetweenLooks, stopWhenAsked,
                           const_cast<Context*>(&context));
  copy.run();
}

void Database::limitSize(std::uint64_t bytes) {
  const auto page = static_cast<std::uint64_t>(integer("PRAGMA page_size"));
  execute("PRAGMA max_page_count=" + std::to_string(std::max<std::uint64_t>(1, bytes / page)));
}

bool Database::inTransaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(const Database& database, sqlite3* handle, std::string_view sql)
    : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK) {
    database.fail();
  }
  statement_.reset(statement);
}

void Statement::bindOne(int place, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), place, value) != SQLITE_OK) database_->fail();
}

void Statement::bindOne(int place, std::string_view text) {
  if (sqlite3_bind_text64(statement_.get(), place, text.data(), text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK) {
    database_->fail();
  }
}

void Statement::bindOne(int place, std::span<const std::byte> blob) {
  if (sqlite3_bind_blob64(statement_.get(), place, blob.data(), blob.size(), SQLITE_STATIC) !=
      SQLITE_OK) {
    database_->fail();
  }
}

void Statement::bindOne(int place, const nlohmann::json& value) {
  if (value.is_string()) return bindOne(place, value.get_ref<const std::string&>());
  if (value.is_number_integer()) return bindOne(place, value.get<std::int64_t>());
  if (value.is_number_float()) {
    sqlite3_bind_double(statement_.get(), place, value.get<double>());
  } else {
    sqlite3_bind_null(statement_.get(), place);
  }
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->fail();
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* letters = sqlite3_column_text(statement_.get(), column);
  if (!letters) return {};
  return {reinterpret_cast<const char*>(letters),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::span<const std::byte> Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  return {static_cast<const std::byte*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

nlohmann::json Statement::value(int column) const {
  switch (sqlite3_column_type(statement_.get(), column)) {
    case SQLITE_INTEGER:
      return integer(column);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement_.get(), column);
    case SQLITE_NULL:
      return nullptr;
    default:
      return text(column);
  }
}

std::string Statement::columnName(int column) const {
  return sqlite3_column_name(statement_.get(), column);
}

int Statement::columns() const {
  return sqlite3_column_count(statement_.get());
}

void throwDamaged(const Database& database, std::string_view reason) {
  throw Error(kDamaged, {{"file", database.path().filename().string()},
                         {"path", database.path().string()},
                         {"reason", reason}});
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_ || !database_.inTransaction()) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite has rolled back by itself, or does so when the file is opened next.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace lineament::project
