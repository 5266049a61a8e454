// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/text_grid.h"
#include "core/base/version.h"

namespace lineament::app::cli {

namespace {

std::string typedForm(const Option& option) {
  return option.value.empty() ? std::string(option.name)
                              : fmt::format("{} {}", option.name, option.value);
}

std::string callOf(const Command& command) {
  std::string call = fmt::format("lineament {}", command.name);
  if (!command.operands.empty()) call += fmt::format(" {}", command.operands);
  for (const Option& option : command.options) {
    const std::string form = typedForm(option) + (option.many ? " ..." : "");
    call += option.required ? fmt::format(" {}", form) : fmt::format(" [{}]", form);
  }
  return call;
}

}  // namespace

std::string programHelp() {
  TextGrid grid;
  grid.add({"  lineament [FILE...]", "Open the window with these projects, data or checkpoints"});
  for (const Command& command : commands()) {
    const std::string operands =
        command.operands.empty() ? "" : fmt::format(" {}", command.operands);
    grid.add(
        {fmt::format("  lineament {}{}", command.name, operands), std::string(command.summary)});
  }
  grid.add({"  lineament help [COMMAND]", "This page, or a command's own"});
  grid.add({"  lineament --version", "The version of the program"});
  return fmt::format(
      "Lineament {}: a workbench for linear models and linear-time sequence models\n\n{}\n"
      "Exit status: 0 done, 1 the work failed, 2 the call was wrong, 3 cancelled.\n",
      versionText(), grid.text());
}

std::string commandHelp(const Command& command) {
  TextGrid grid;
  for (const Option& option : command.options) {
    grid.add({"  " + typedForm(option), std::string(option.help)});
  }
  for (const Option& option : commonOptions()) {
    grid.add({"  " + typedForm(option), std::string(option.help)});
  }
  return fmt::format("{}\n\n{}\n\nOptions\n{}{}", callOf(command), command.summary, grid.text(),
                     command.further ? command.further() : std::string());
}

}  // namespace lineament::app::cli
