// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/figure_record.h"

#include <fmt/format.h>

namespace lineament::app {

views::FigureRecord figureRecord(const FigureSpec& spec, const RunRecord& run,
                                 const QString& project) {
  views::FigureRecord record;
  record.title = QString::fromStdString(spec.title);
  record.project = project;
  record.run =
      QString::fromStdString(fmt::format("{} version {}, seed {}, {}, Lineament {}", run.analysis,
                                         run.version, run.seed, run.started, run.program));
  record.parameters = QString::fromStdString(
      run.parameters.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return record;
}

}  // namespace lineament::app
