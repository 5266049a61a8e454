// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/document.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/project/absolute_path.h"
#include "core/project/payload.h"
#include "core/project/schema.h"

namespace lineament::project {

namespace {

constexpr ErrorText kNotAProject{"project.not_a_project", "Open the project {file}",
                                 "it is not a project of this program", "{path}",
                                 "Choose a file that ends in .lineament"};
constexpr ErrorText kCutShort{"project.damaged", "Open the project {file}",
                              "it is cut short: {expected} bytes were expected, {found} are there",
                              "{path}", "Copy it again, or take a copy from a backup"};
constexpr ErrorText kExists{"project.exists", "Make the project {file}",
                            "a file of that name is there already", "{path}",
                            "Open it, or choose another name"};
constexpr ErrorText kOlder{"project.older", "Open the project {file}",
                           "it is of an older version and has to be brought up to date, but "
                           "cannot be written",
                           "{path}", "Copy it to a folder where you may write, and open the copy"};
constexpr ErrorText kCannotCreate{"project.cannot_create", "Make the project {file}", "{reason}",
                                  "{path}", "Choose another folder, or free space on this drive"};
constexpr ErrorText kReadOnly{"project.read_only", "Change the project {file} ({title})",
                              "it was opened to be read only", "{path}",
                              "Save a copy where you may write, and work on that"};
constexpr ErrorText kLogLeft{
    "project.log_left", "Make one file of the project {file}",
    "the last changes are still in {log} beside it ({reason})", "{path}",
    "Keep the files together; once there is room, opening and closing the project joins them"};
constexpr ErrorText kClosed{"project.closed", "Use the project {file}", "it was closed", "{path}",
                            "Open it again"};
constexpr ErrorText kNoItem{"project.no_item", "Use an item of the project {file}",
                            "there is none with the id {id}", "",
                            "List the project to see what it holds"};
constexpr ErrorText kNoScratch{"project.no_scratch", "Unpack a source of the project {file}",
                               "no temporary folder can be made: {reason}", "",
                               "Free space on the drive of the temporary folder"};

constexpr std::string_view kSqliteMagic{"SQLite format 3\0", 16};
constexpr std::size_t kApplicationIdAt = 68;

std::array<std::byte, 100> headOf(const std::filesystem::path& path) {
  std::array<std::byte, 100> head{};
  InputFile(path).readSome(0, head);
  return head;
}

std::uint64_t bigEndian(const std::array<std::byte, 100>& head, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    number = number << 8 | std::to_integer<std::uint64_t>(head[i]);
  }
  return number;
}

bool isProjectHead(const std::array<std::byte, 100>& head) {
  return std::memcmp(head.data(), kSqliteMagic.data(), kSqliteMagic.size()) == 0 &&
         bigEndian(head, kApplicationIdAt, 4) == kApplicationId;
}

// SQLite takes a last page that was cut short as filled with zeros, so the size is compared here:
// page size at 16, pages at 28 (valid when the numbers at 24 and 92 agree). Where a journal lies
// beside the file it may rightly be short.
void refuseCutShort(const std::array<std::byte, 100>& head, const std::filesystem::path& path) {
  const std::uint64_t page = bigEndian(head, 16, 2) == 1 ? 65536 : bigEndian(head, 16, 2);
  const std::uint64_t expected = page * bigEndian(head, 28, 4);
  const std::uint64_t found = InputFile(path).size();
  const bool known = bigEndian(head, 24, 4) == bigEndian(head, 92, 4);
  const auto beside = [&](const char* ending) {
    return std::filesystem::exists(path.string() + ending);
  };
  if (!known || found >= expected || beside("-wal") || beside("-journal")) return;
  throw Error(kCutShort, {{"file", path.filename().string()},
                          {"path", path.string()},
                          {"expected", expected},
                          {"found", found}});
}

bool writable(const std::filesystem::path& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

ItemType typeOfTable(std::string_view table) {
  const auto tables = documentTables();
  std::size_t index = 0;
  while (index + 1 < tables.size() && tables[index].name != table) ++index;
  return static_cast<ItemType>(index);
}

[[noreturn]] void throwErrno(const ErrorText& text, const std::filesystem::path& path) {
  throw Error(text, {{"file", path.filename().string()},
                     {"path", path.string()},
                     {"reason", std::error_code(errno, std::generic_category()).message()}});
}

}  // namespace

bool isProjectFile(const std::filesystem::path& path) {
  try {
    return isProjectHead(headOf(path));
  } catch (const Error&) {
    return false;
  }
}

namespace {

// The errors of an empty database, told of the project that it was to become.
void makeEmptyDatabase(const std::filesystem::path& file, const std::filesystem::path& project) {
  try {
    Database database(file, Database::Mode::create);
    database.execute("PRAGMA auto_vacuum=INCREMENTAL");
    database.execute("PRAGMA application_id=" + std::to_string(kApplicationId));
    migrate(database);
  } catch (const Error& problem) {
    throw Error(kCannotCreate, {{"file", project.filename().string()},
                                {"path", project.string()},
                                {"reason", problem.found()}});
  }
}

}  // namespace

// Into a file beside it that takes the name only when it is whole, and only when no other has it.
void Document::create(const std::filesystem::path& given) {
  const std::filesystem::path path = absolutePath(given);
  if (std::filesystem::exists(std::filesystem::symlink_status(path))) {
    throw Error(kExists, {{"file", path.filename().string()}, {"path", path.string()}});
  }
  if (!writable(path.parent_path())) throwErrno(kCannotCreate, path);
  const std::filesystem::path part = OutputFile(path).temporaryPath();
  try {
    makeEmptyDatabase(part, path);
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
  const bool linked = ::link(part.c_str(), path.c_str()) == 0;
  const int problem = errno;
  // Where the file system knows no hard links, a name that was free a moment ago has to do.
  const bool placed = linked || (problem != EEXIST && ::rename(part.c_str(), path.c_str()) == 0);
  ::unlink(part.c_str());
  errno = problem;
  if (!placed) throwErrno(problem == EEXIST ? kExists : kCannotCreate, path);
}

Document::Document(const std::filesystem::path& path, const OpenOptions& options)
    : path_(absolutePath(path)) {
  if (!isProjectHead(headOf(path_))) {
    throw Error(kNotAProject, {{"file", path_.filename().string()}, {"path", path_.string()}});
  }
  read_only_ = options.read_only || !writable(path_) || !writable(path_.parent_path());
  if (!read_only_) lock_.emplace(path_);
  refuseCutShort(headOf(path_), path_);  // nobody writes it now
  openChecked(options);
}

void Document::openChecked(const OpenOptions& options) {
  database_ =
      std::make_unique<Database>(path_, read_only_ ? Database::Mode::look : Database::Mode::change);
  checkSchema(*database_);
  if (read_only_) {
    if (schemaVersion(*database_) == migrations().back().to) return;
    throw Error(kOlder, {{"file", path_.filename().string()}, {"path", path_.string()}});
  }
  const bool log = database_->useWriteAheadLog();
  if (options.size_limit > 0) database_->limitSize(options.size_limit);
  migrate(*database_);
  collectOrphans(*database_);
  if (log) looking_ = std::make_unique<Database>(path_, Database::Mode::look);
}

Document::~Document() {
  try {
    close();
  } catch (const Error&) {
    // Nothing is lost; those who want to hear of it close before.
  }
}

void Document::requireChangeable(const std::string& title) const {
  if (!read_only_) return;
  throw Error(kReadOnly,
              {{"file", path_.filename().string()}, {"path", path_.string()}, {"title", title}});
}

void Document::close() {
  const std::scoped_lock held(mutex_, looking_mutex_);
  if (!database_) return;
  looking_.reset();
  std::string problem;
  if (!read_only_) problem = database_->useOneFile();
  database_.reset();  // the last one to close takes an empty log away
  lock_.reset();
  std::error_code ignored;
  if (!extracted_.empty()) std::filesystem::remove_all(extracted_, ignored);
  const std::filesystem::path log = path_.string() + "-wal";
  if (problem.empty() || !std::filesystem::exists(log, ignored)) return;
  throw Error(kLogLeft, {{"file", path_.filename().string()},
                         {"path", path_.string()},
                         {"log", log.filename().string()},
                         {"reason", problem}});
}

int Document::addObserver(std::function<void(const ChangeSet&)> observer) {
  const std::lock_guard held(observers_mutex_);
  observers_[++last_observer_] = std::move(observer);
  return last_observer_;
}

void Document::removeObserver(int number) {
  const std::lock_guard held(observers_mutex_);
  observers_.erase(number);
}

void Document::tell(const ChangeSet& changes) const {
  std::vector<std::function<void(const ChangeSet&)>> listening;
  {
    const std::lock_guard held(observers_mutex_);
    for (const auto& [number, observer] : observers_) listening.push_back(observer);
  }
  for (const auto& observer : listening) observer(changes);
}

void Document::beginGroup(const std::string& title) {
  const std::lock_guard held(mutex_);
  if (group_.depth > 0 && group_.thread != std::this_thread::get_id()) return;
  if (group_.depth++ == 0) group_ = {std::this_thread::get_id(), title, 1, 0};
}

void Document::endGroup() {
  const std::lock_guard held(mutex_);
  if (group_.depth > 0 && group_.thread == std::this_thread::get_id()) --group_.depth;
}

std::filesystem::path Document::extractionPath(const std::string& name) const {
  const std::lock_guard held(mutex_);
  if (extracted_.empty()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "lineament-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throwErrno(kNoScratch, path_);
    extracted_ = pattern;
  }
  return extracted_ / name;
}

Reading::Reading(const Document& document)
    : held_(document.looking_mutex_), database_(document.looking_.get()) {
  if (database_) {
    database_->execute("BEGIN");
    snapshot_ = true;
    return;
  }
  held_ = std::unique_lock(document.mutex_);
  database_ = document.database_.get();
  requireOpen(document);
}

Reading::Reading(const Document& document, ToChange)
    : held_(document.mutex_), database_(document.database_.get()) {
  requireOpen(document);
}

Reading::~Reading() {
  if (!snapshot_) return;
  try {
    database_->execute("COMMIT");
  } catch (const Error&) {
    // Nothing was changed; what is wrong with the file the next one says.
  }
}

void Reading::requireOpen(const Document& document) const {
  if (database_) return;
  throw Error(kClosed,
              {{"file", document.path().filename().string()}, {"path", document.path().string()}});
}

Row Reading::row(std::string_view table, Id id) const {
  Row row = readRow(*database_, table, id);
  if (row.is_null()) throwNoItem(*database_, id);
  return row;
}

namespace {

Database& changeable(Database& database, const Document& document, const std::string& title) {
  document.requireChangeable(title);
  return database;
}

}  // namespace

Edit::Edit(Document& document, std::string title, ChangeOptions options)
    : Reading(document, ToChange{}),
      document_(document),
      transaction_(changeable(*database_, document, title)),
      options_(std::move(options)) {
  told_.title = std::move(title);
}

Id Edit::newId() {
  return nextId(*database_);
}

void Edit::put(std::string_view table, const Row& row) {
  const auto id = row.at("id").get<Id>();
  apply({std::string(table), id, readRow(*database_, table, id), row});
}

void Edit::remove(std::string_view table, Id id) {
  apply({std::string(table), id, row(table, id), Row()});
}

void Edit::apply(const RowChange& change) {
  if (change.before == change.after) return;
  writeRow(*database_, change.table, change.id, change.after);
  rows_.push_back(change);
}

void Edit::commit() {
  if (!rows_.empty()) {
    Document::Group& group = document_.group_;
    const bool grouped = group.depth > 0 && group.thread == std::this_thread::get_id();
    const Id step = logChange(*database_, grouped ? group.title : told_.title, rows_, options_,
                              grouped ? group.step : 0);
    if (grouped) group.step = step;
  }
  finish();
}

void Edit::commitReplay(const LoggedStep& step) {
  rows_ = step.rows;
  told_.title = step.title;
  finish();
}

void Edit::finish() {
  transaction_.commit();
  for (const RowChange& row : rows_) {
    const auto what = row.before.is_null()  ? ChangeSet::What::added
                      : row.after.is_null() ? ChangeSet::What::removed
                                            : ChangeSet::What::changed;
    told_.items.push_back({typeOfTable(row.table), row.id, what});
  }
  held_.unlock();
  if (!told_.items.empty()) document_.tell(told_);
}

Id nextId(Database& database) {
  Statement next = database.prepare("UPDATE sequence SET last = last + 1 RETURNING last");
  if (!next.step()) throwDamaged(database, "its sequence of ids is missing");
  const Id id = next.integer(0);
  next.run();
  return id;
}

void throwNoItem(const Database& database, Id id) {
  throw Error::usage(kNoItem, {{"file", database.path().filename().string()}, {"id", id}});
}

std::string originOf(Id id) {
  return "item-" + std::to_string(id);
}

}  // namespace lineament::project
