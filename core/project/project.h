// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/context.h"
#include "core/base/json.h"
#include "core/project/items.h"

namespace lineament::project {

class Document;

// The four bytes at offset 68 of the file, "LNPM": what makes a SQLite database a project.
inline constexpr std::uint32_t kApplicationId = 0x4c4e504d;
inline constexpr std::string_view kExtension = ".lineament";

// Whether the file's first bytes are a project's. False for what cannot be read.
bool isProjectFile(const std::filesystem::path& path);

struct OpenOptions {
  // Only look. A file or folder that cannot be written is opened so by itself; so may be a project
  // that another program holds open.
  bool read_only = false;
  // The project file may grow to so many bytes, then changes give the Error of a full disk. 0: as
  // large as the disk allows.
  std::uint64_t size_limit = 0;
};

// How a change enters the history.
struct ChangeOptions {
  // Changes of the same key that follow each other within `merge_within` become one step to undo:
  // dragging a slider, typing a title. Empty: a step of its own.
  std::string merge_key = {};
  std::chrono::milliseconds merge_within{1000};
  std::string title = {};  // what the history calls it; empty: by what is changed
};

// A document: one SQLite file NAME.lineament. Every change is one transaction and is on the disk
// when the call returns, so there is nothing to save; the change is logged with its inverse, so
// undo and redo work across closing and opening.
//
// May be used from any thread: changes go one after the other, and what only looks waits for none
// of them. Nothing long happens inside a change: fingerprints are taken outside, and payloads go in
// chunk by chunk.
//
// Each function throws Error: "project.read_only" for a change to a project opened to look,
// "project.full" when the disk is full (nothing is lost: the file is as before the call),
// "project.no_item" (usage) for an unknown id.
class Project {
 public:
  // The file must not exist: "project.exists".
  static std::unique_ptr<Project> create(const std::filesystem::path& path,
                                         const OpenOptions& options = {});

  // Throws "project.not_a_project", "project.newer" (made by a newer version), "project.damaged",
  // "project.foreign_schema" (tables, triggers or views that no version of the program makes),
  // "project.in_use" (names host and process), and the file errors of core/base/file.h. A file of
  // an older version is brought to this one, unless it is opened read-only in a folder that cannot
  // be written ("project.older").
  static std::unique_ptr<Project> open(const std::filesystem::path& path,
                                       const OpenOptions& options = {});

  ~Project();  // closes; what goes wrong then is not heard
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  // Makes one file of it again. Every later call throws "project.closed".
  void close();

  const std::filesystem::path& path() const;
  bool readOnly() const;
  // Throws "project.read_only" for a change of that title where nothing can be changed: before long
  // work whose result could not be kept.
  void requireChangeable(const std::string& title) const;

  // --- Sources ---------------------------------------------------------------------------------

  struct NewSource {
    std::filesystem::path path;
    Kind kind = Kind::table;
    std::string reader;  // id in core/io
    nlohmann::json reader_options = nlohmann::json::object();
    std::string name = {};  // empty: the file's
    bool embed = false;
  };
  // Takes the fingerprint (time grows with the file). See importFile in core/project/flow.h, which
  // finds the reader and makes sure that the file can be read.
  Id addSource(const NewSource& source, const Context& context = {});
  std::vector<Source> sources() const;
  Source source(Id id) const;
  void renameSource(Id id, const std::string& name);
  void setReaderOptions(Id id, const nlohmann::json& options, const ChangeOptions& change = {});
  void removeSource(Id id);  // "project.used" (usage) names the runs that need it

  // Compares size and time first, the content where they differ or when `thorough`. A source held
  // in the project is always unchanged.
  SourceCheck checkSource(Id id, bool thorough = false, const Context& context = {}) const;
  // The file is elsewhere now. Its fingerprint is kept: when the new file differs, the answer is
  // `changed`, and acceptChange takes it as it is.
  SourceCheck relink(Id id, const std::filesystem::path& path, const Context& context = {});
  void acceptChange(Id id, const Context& context = {});
  void embedSource(Id id, const Context& context = {});

  // Where the content can be read: the file, or for an embedded source a copy that lives until the
  // project is closed. Throws "project.source_missing".
  std::filesystem::path sourceFile(Id id, const Context& context = {}) const;

  // --- Runs and results ------------------------------------------------------------------------

  struct NewOutput {
    std::string output;  // id in the declaration
    std::string title;
    Data data;
  };
  struct NewRun {
    std::string title;
    RunRecord record;
    std::vector<Run::Input> inputs;
    std::vector<NewOutput> outputs;
    std::vector<FigureSpec> figures;  // each names its output in `data`
  };
  struct AddedRun {
    Id run = 0;
    std::vector<Id> results;  // in the order of `outputs`
    std::vector<Id> figures;
  };
  // Stores a run with its results and figures as one step of the history. Stopping (Cancelled) or
  // failing on the way leaves nothing behind.
  AddedRun addRun(const NewRun& run, const Context& context = {});

  std::vector<Run> runs() const;  // in the order they were made
  Run run(Id id) const;
  void renameRun(Id id, const std::string& title);
  void setRunHidden(Id id, bool hidden);
  // With its results, their figures and their places in the report; "project.used" (usage) where
  // another run has a result of it as its input.
  void removeRun(Id id);

  std::vector<Result> results() const;
  std::vector<Result> resultsOf(Id run) const;
  Result result(Id id) const;
  void renameResult(Id id, const std::string& title);
  // Reads and decodes the data. Rows of it are selected under its own origin (see originOf) unless
  // it was made from another's rows.
  Data loadResult(Id id, const Context& context = {}) const;

  // --- Figures and report ----------------------------------------------------------------------

  Id addFigure(Id data, const FigureSpec& spec);
  std::vector<Figure> figures() const;  // in their order
  Figure figure(Id id) const;
  void updateFigure(Id id, const FigureSpec& spec, const ChangeOptions& change = {});
  void orderFigures(const std::vector<Id>& ids);  // all of them, in the new order
  void removeFigure(Id id);                       // from the report too

  // At `position` in the report; past the end means at the end.
  Id addReportItem(const ReportItem& item, std::size_t position = SIZE_MAX);
  std::vector<ReportItem> report() const;
  void updateReportItem(const ReportItem& item, const ChangeOptions& change = {});
  void orderReport(const std::vector<Id>& ids);
  void removeReportItem(Id id);

  // --- Settings and window state -----------------------------------------------------------------

  // Settings belong to the document: they are undone and travel in versions. Null when not set;
  // setting null removes.
  nlohmann::json setting(const std::string& key) const;
  void setSetting(const std::string& key, const nlohmann::json& value,
                  const ChangeOptions& change = {});

  // Where windows and splitters are: kept, but not a change of the document.
  nlohmann::json windowState(const std::string& key) const;
  void setWindowState(const std::string& key, const nlohmann::json& value);

  // --- History ---------------------------------------------------------------------------------

  bool canUndo() const;
  bool canRedo() const;
  std::string undoTitle() const;  // empty when there is nothing to undo
  std::string redoTitle() const;
  // Nothing is computed again: undoing a run takes it and its results out of sight, their data stay
  // in the file, and redo shows them again. False when there was nothing to do.
  bool undo();
  bool redo();
  std::vector<HistoryEntry> history() const;  // oldest first; what waits for redo at the end
  // Forgets all steps, and with them the data that only undo could bring back.
  void clearHistory();

  // Everything between its making and its end is one step of the history. Nested ones join the
  // outermost.
  class Group {
   public:
    Group(Project& project, const std::string& title);
    ~Group();
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;

   private:
    Project& project_;
  };

  // A named version is the whole document as it is now; it stays through undo and later changes.
  // Restoring one is a change like any other, which can be undone.
  Id saveVersion(const std::string& name);
  std::vector<Version> versions() const;
  void restoreVersion(Id id);
  void removeVersion(Id id);

  // A compact, consistent copy, with history; an existing file of that name is replaced only when
  // the copy is whole.
  void saveCopy(const std::filesystem::path& path, const Context& context = {}) const;

  // --- Observers -------------------------------------------------------------------------------

  // Called after a change is on the disk, on the thread that made it, outside the mutex; may call
  // the project. Returns a number for removeObserver.
  int onChanged(std::function<void(const ChangeSet&)> observer);
  void removeObserver(int number);

  // Everything in the document as one JSON value, without payloads: for comparing and exporting.
  nlohmann::json dump() const;

 private:
  explicit Project(std::unique_ptr<Document> document);
  std::unique_ptr<Document> document_;
};

// The origin (core/data/selection.h) of a source's or a result's own rows.
std::string originOf(Id id);

}  // namespace lineament::project
