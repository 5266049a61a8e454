// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/cli/arguments.h"
#include "core/analysis/run.h"
#include "views/common/figure_export.h"

namespace lineament::app::cli {

// In which files, and at which size, a run's figures are drawn.
struct FigureFiles {
  std::vector<std::string> endings;  // "svg", "pdf", "png"; empty: no figures
  views::FigureFormat format;
};

std::vector<Option> figureOptions();
FigureFiles figureFiles(const Arguments& arguments);  // Error (usage) for an unknown format

// Writes every output into `folder` in an open format, figures drawn, and enters the files' names
// in the record.
void writeOutputs(RunResult& result, const std::filesystem::path& folder,
                  const FigureFiles& figures, const Context& context);

}  // namespace lineament::app::cli
