// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/run.h"
#include "core/base/json.h"
#include "core/data/data.h"
#include "core/data/figure_spec.h"

namespace lineament::project {

// Names one thing in a project. Unique over all types of things in it and never used again; 0 means
// none. So an input of a run is one number, whether it is a source or a result.
using Id = std::int64_t;

// Times are UTC in ISO 8601 with milliseconds, "2026-11-23T21:54:00.123Z".

// A file the project works on: referenced by its path and fingerprint, or held in the project.
struct Source {
  Id id = 0;
  std::string name;  // for people; the file's name at first
  std::filesystem::path
      relative_path;  // to the project's folder; empty on another file system root
  std::filesystem::path absolute_path;
  std::string sha256;         // of the content, as last accepted
  std::uint64_t size = 0;     // bytes
  std::int64_t modified = 0;  // microseconds since 1970, UTC
  Kind kind = Kind::table;
  std::string reader;  // id of the core/io reader
  nlohmann::json reader_options = nlohmann::json::object();
  bool embedded = false;  // its bytes are in the project
  std::string added;      // time
};

enum class SourceState {
  unchanged,
  changed,  // the file is there, its content is another
  moved,    // not where it was; the same content lies at SourceCheck::path
  missing,
};
std::string_view name(SourceState state);

struct SourceCheck {
  SourceState state = SourceState::unchanged;
  std::filesystem::path path;  // where the file is; empty when missing
};

// One run of an analysis, finished or failed, with all that is needed to do it again.
struct Run {
  struct Input {
    std::string name;  // the declared input
    Id id = 0;         // of a source or a result
  };
  Id id = 0;
  std::string title;
  bool hidden = false;  // folded away by the person; its results stay usable
  RunRecord record;
  std::vector<Input> inputs;
};

// One output of a run. Its data are loaded on request: Project::loadResult.
struct Result {
  Id id = 0;
  Id run = 0;
  std::string output;  // id in the declaration
  Kind kind = Kind::table;
  std::string title;
  nlohmann::json summary = nlohmann::json::object();  // see summaryOf in core/data/data.h
  std::uint64_t bytes = 0;                            // in the project file
};

// A figure people keep: which view shows which result (or source), with which options.
struct Figure {
  Id id = 0;
  Id data = 0;      // a result's or a source's id; `spec.data` is the output's name at the run
  FigureSpec spec;  // its title and caption are the figure's
};

// The report is one ordered list of items.
struct ReportItem {
  enum class Type { heading, note, figure, table, run, page_break };
  Id id = 0;
  Type type = Type::note;
  std::string text;  // of a heading; CommonMark of a note; a caption of its own elsewhere
  Id target = 0;     // figure: a figure; table: a result or source; run: a run
  nlohmann::json options = nlohmann::json::object();
};
std::string_view name(ReportItem::Type type);

// One step of the history, as undo takes it back.
struct HistoryEntry {
  Id id = 0;
  std::string time;
  std::string title;
  bool undone = false;  // waits to be redone
};

struct Version {
  Id id = 0;
  std::string time;
  std::string name;
};

// What a change touched, for those who show it.
enum class ItemType { source, run, result, figure, report_item, setting, window_state, version };

struct ChangeSet {
  enum class What { added, changed, removed };
  struct Item {
    ItemType type;
    Id id;
    What what;
  };
  std::string title;
  std::vector<Item> items;

  bool touches(ItemType type) const;
};

}  // namespace lineament::project
