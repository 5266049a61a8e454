// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "app/report/report.h"
#include "core/analysis/run.h"
#include "core/project/items.h"

namespace lineament::app {

// What was done in a run and what came of it: a line, the metrics, the parameters with their units.
// Without a declaration (an analysis of another version) the names in the record serve.
std::vector<Block> runBlocks(const RunRecord& record, const Declaration* declaration,
                             const std::vector<QString>& inputs);

// For the appendix: files with size and SHA-256, and where, when and how a run ran.
std::vector<Block> sourceRecords(const std::vector<project::Source>& sources);
// `inputs` names what each input of the record was, in its order.
std::vector<Block> runRecord(const project::Run& run, const std::vector<QString>& inputs);

}  // namespace lineament::app
