// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/analysis/catalogue.h"
#include "core/io/reader.h"
#include "core/project/project.h"

namespace lineament::project {

// The one flow through a project: a file becomes a source, data become inputs of a run, what the
// run made becomes results and figures.

struct Import {
  std::string reader = {};  // id; empty: chosen by content
  io::ReaderSettings reader_options = {};
  bool embed = false;
};
struct Imported {
  Id source = 0;
  Data data;  // with the source's origin
};
// Reads the file, and only when that worked makes a source of it.
Imported importFile(Project& project, const std::filesystem::path& path, const Import& import = {},
                    const Context& context = {});

// A source's or a result's data. For a source the recorded reader reads with the recorded options,
// after the fingerprint was compared: Error "project.source_changed", "project.source_missing".
Data loadItem(const Project& project, Id id, const Context& context = {});

// A source's data as its reader reads them with other options than the recorded ones. Changes
// nothing: Project::setReaderOptions keeps options that turned out well.
Data loadSourceWith(const Project& project, Id source, const Parameters& options,
                    const Context& context = {});

// The reader that a source was added with. Throws "project.no_reader".
const io::Reader& readerOf(const Source& source);

struct RunOutcome {
  Id run = 0;
  RunRecord record;
  std::vector<Id> results;
  std::vector<Id> figures;
  std::optional<Error> error;  // the run failed; it is in the project with its record
};

// Resolves the inputs, runs the analysis and stores what came of it. Throws Error for what was
// wrong before the run began (an unknown id, a changed source, a missing input) and Cancelled when
// the work was stopped; both leave nothing in the project.
RunOutcome runInProject(Project& project, const Analysis& analysis,
                        const std::vector<Run::Input>& inputs, const Parameters& parameters,
                        const Context& context, const std::string& title = {});

// The same again with the recorded inputs, the options their sources were read with then, the
// parameters, seed, device and thread count, as a new run. A source whose new content was accepted
// since is read as it is now, with a warning.
// `context` gives progress, stop and log. Throws "project.analysis_version" (usage) when the
// catalogue's analysis has another version than the record, unless `allow_other_version`.
RunOutcome rerun(Project& project, const Catalogue& catalogue, Id run, const Context& context,
                 bool allow_other_version = false);

}  // namespace lineament::project
