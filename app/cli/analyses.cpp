// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/text_grid.h"
#include "core/analyses/all.h"
#include "core/analysis/documentation.h"

namespace lineament::app::cli {

void listAnalyses(const Arguments& arguments, Terminal& terminal) {
  const Catalogue& catalogue = allAnalyses();
  if (!arguments.operands().empty()) {
    const Declaration& declaration = catalogue.require(arguments.operands().front()).declaration();
    if (terminal.json()) return terminal.printJson(toJson(declaration));
    return terminal.print(helpText(declaration));
  }
  if (terminal.json()) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& analysis : catalogue.analyses()) {
      list.push_back(toJson(analysis->declaration()));
    }
    return terminal.printJson(list);
  }
  TextGrid grid;
  for (const auto& analysis : catalogue.analyses()) {
    grid.add({analysis->declaration().id, analysis->declaration().title});
  }
  terminal.print(grid.text());
}

}  // namespace lineament::app::cli
