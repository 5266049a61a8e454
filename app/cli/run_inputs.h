// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/cli/read_settings.h"
#include "core/analysis/run.h"

namespace lineament::app::cli {

// What `--input NAME=PATH ...` names, read, with the files' fingerprints for the record.
struct RunInputs {
  Inputs data;
  std::vector<RunRecord::InputRecord> records;
};

// Throws Error (usage) for a name the analysis does not have, and whatever the readers throw.
RunInputs readInputs(const Declaration& declaration, const NamedPaths& named_paths,
                     const ReadSettings& settings, const Context& context);

// Throws Error (usage) "cli.unknown_input", with the names there are.
void requireInput(const Declaration& declaration, std::string_view name);

}  // namespace lineament::app::cli
