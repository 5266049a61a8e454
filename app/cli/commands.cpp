// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include <algorithm>
#include <iterator>

#include "app/cli/run_outputs.h"
#include "app/cli/run_settings.h"

namespace lineament::app {

namespace {

template <class... Lists>
std::vector<Option> joined(std::vector<Option> first, const Lists&... rest) {
  (first.insert(first.end(), rest.begin(), rest.end()), ...);
  return first;
}

std::vector<Command> table() {
  std::vector<Command> all;
  all.push_back({"inspect", "FILE", 1, 1,
                 "What a file is: kind, shape, columns, tensors", {}, inspect});
  all.push_back({"analyses", "[ID]", 0, 1,
                 "The catalogue, or one entry with its inputs and parameters", {}, listAnalyses});
  all.push_back(
      {"run", "ID", 1, 1, "Run an analysis and write what it makes, with a record, into a folder",
       joined({{"--input", "NAME=PATH", "A file for one of the analysis's inputs", false, true},
               {"--set", "KEY=VALUE", "A parameter; those left out keep their default", false, true},
               {"--out", "DIR", "Where the results and run.json go; made where it is not there",
                true}},
              runOptions(), figureOptions()),
       runAnalysis});
  return all;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = table();
  return all;
}

const Command* findCommand(std::string_view name) {
  const auto found = std::ranges::find_if(
      commands(), [name](const Command& command) { return command.name == name; });
  return found == commands().end() ? nullptr : &*found;
}

}  // namespace lineament::app
