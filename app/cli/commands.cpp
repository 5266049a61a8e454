// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include <algorithm>
#include <iterator>

#include "app/cli/read_settings.h"
#include "app/cli/run_outputs.h"
#include "app/cli/run_settings.h"

namespace lineament::app::cli {

namespace {

template <class... Lists>
std::vector<Option> joined(std::vector<Option> first, const Lists&... rest) {
  (first.insert(first.end(), rest.begin(), rest.end()), ...);
  return first;
}

const Option kOut{"--out", "DIR", "Where the files go; made where it is not there", true};

void addDataCommands(std::vector<Command>& all) {
  all.push_back({"inspect",
                 "FILE",
                 1,
                 1,
                 "What a file is: kind, shape, columns, tensors",
                 {readOption("KEY=VALUE", "An option of the file's reader, see below")},
                 inspect,
                 readerOptionsHelp});
  all.push_back({"analyses",
                 "[ID]",
                 0,
                 1,
                 "The catalogue, or one entry with its inputs and parameters",
                 {},
                 listAnalyses});
  all.push_back(
      {"run", "ID", 1, 1, "Run an analysis and write what it makes, with a record, into a folder",
       joined(
           {{"--input", "NAME=PATH", "A file for one of the analysis's inputs", false, true},
            readOption("NAME.KEY=VALUE",
                       "How the input NAME is read; see lineament inspect --help"),
            {"--set", "KEY=VALUE", "A parameter; those left out keep their default", false, true},
            kOut},
           runOptions(), figureOptions()),
       runAnalysis});
  all.push_back(
      {"demonstrate", "FILE...", 1, kAny,
       "Do runs that show published claims, and check what came out",
       joined({kOut,
               {"--threads", "N", "How many threads; 0 (the default): as many as the machine has"}},
              figureOptions()),
       demonstrate});
}

void addProjectCommands(std::vector<Command>& all) {
  all.push_back({"project new",
                 "PROJECT",
                 1,
                 1,
                 "Make a project file",
                 {{"--sample", "", "Fill it with the sample: a table, models, figures, a report"},
                  {"--seed", "N", "Of the sample"}},
                 newProject});
  all.push_back({"project add",
                 "PROJECT FILE...",
                 2,
                 kAny,
                 "Add files to a project as its sources",
                 {{"--embed", "", "Keep the files' content in the project"},
                  readOption("KEY=VALUE", "How the files are read; see lineament inspect --help")},
                 addToProject});
  all.push_back(
      {"project read",
       "PROJECT SOURCE",
       2,
       2,
       "Read a source anew with these options, the others at their defaults, and keep them",
       {readOption("KEY=VALUE", "How the file is read; see lineament inspect --help")},
       readSourceAnew});
  all.push_back(
      {"project run", "PROJECT [ID]", 1, 2,
       "Run an analysis on a project's data and keep the result",
       joined(
           {{"--input", "NAME=ITEM",
             "A source or result for an input: its number, a source's name, or RUN/OUTPUT", false,
             true},
            {"--set", "KEY=VALUE", "A parameter; those left out keep their default", false, true},
            {"--title", "TEXT", "What the run is called"},
            {"--again", "RUN", "Instead of an analysis: do this run again as it was recorded"}},
           runOptions()),
       runInProjectFile});
  all.push_back({"project list", "PROJECT", 1, 1, "What is in a project", {}, listProject});
  all.push_back({"project export", "PROJECT [ITEM...]", 1, kAny,
                 "Write results and figures of a project (all, or these) into a folder",
                 joined({kOut}, figureOptions()), exportFromProject});
  all.push_back({"report",
                 "PROJECT",
                 1,
                 1,
                 "Write a project's report",
                 {{"--out", "FILE", "FILE.pdf or FILE.html", true},
                  {"--paper", "SIZE", "a4 (the default) or letter, for a PDF"}},
                 writeProjectReport});
}

std::vector<Command> table() {
  std::vector<Command> all;
  addDataCommands(all);
  addProjectCommands(all);
  all.push_back(
      {"bench",
       "[NAME...]",
       0,
       kAny,
       "The benchmarks, with the machine's measured ceilings",
       {{"--threads", "N", "How many threads; 2 unless set"},
        {"--pairs", "N", "How often each is measured; 9 unless set"},
        {"--peer-python", "PATH", "A Python with pandas and shap, to compare with in turns"}},
       runBenches});
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

}  // namespace lineament::app::cli
