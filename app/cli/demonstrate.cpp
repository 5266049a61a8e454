// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "app/cli/commands.h"
#include "app/cli/demonstration.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_folder.h"
#include "app/cli/run_outputs.h"
#include "app/cli/run_settings.h"
#include "app/cli/text_grid.h"
#include "core/analyses/all.h"
#include "core/base/file.h"

namespace lineament::app::cli {

namespace {

using nlohmann::json;

constexpr ErrorText kMissed{"demonstration.missed", "Show {names}",
                            "not everything came out as expected", "",
                            "The files were written: look at the metrics in run.json"};

constexpr double kRunTo = 0.95;

std::string boundsText(const Demonstration::Bounds& bounds) {
  if (std::isinf(bounds.highest)) return fmt::format("at least {}", bounds.lowest);
  if (std::isinf(bounds.lowest)) return fmt::format("at most {}", bounds.highest);
  return fmt::format("{} to {}", bounds.lowest, bounds.highest);
}

struct Shown {
  Demonstration demonstration;
  RunRecord record;
  std::vector<Expectation> expectations;

  bool met() const {
    return std::all_of(expectations.begin(), expectations.end(),
                       [](const Expectation& expectation) { return expectation.met; });
  }
};

Parameters parametersOf(const Demonstration& demonstration) {
  return Parameters::fromJson(allAnalyses().require(demonstration.analysis).declaration(),
                              demonstration.parameters);
}

Shown show(const Demonstration& demonstration, const std::filesystem::path& path,
           const FigureFiles& figures, Context context) {
  const Analysis& analysis = allAnalyses().require(demonstration.analysis);
  const Parameters parameters = parametersOf(demonstration);
  OutputFolder folder(path);
  context.seed = demonstration.seed;
  RunResult result = runRecorded(analysis, {}, parameters, {}, context.part(0, kRunTo));
  if (result.error) throw *result.error;
  if (result.record.outcome != "done") throw Cancelled{};
  folder.write([&](const std::filesystem::path& staging) {
    writeOutputs(result, staging, figures, context.part(kRunTo, 1));
    writeWhole(staging / "run.json", toJson(result.record).dump(2) + "\n");
  });
  folder.commit("run.json");
  auto expectations = compared(demonstration, result.record.metrics);
  return {demonstration, std::move(result.record), std::move(expectations)};
}

std::string textOf(const Shown& shown) {
  TextGrid grid;
  grid.alignRight(1);
  for (const Expectation& expectation : shown.expectations) {
    grid.add({"  " + expectation.metric, fmt::format("{:.4g}", expectation.found),
              boundsText(expectation.bounds), expectation.met ? "ok" : "MISSED"});
  }
  return fmt::format("{}  {:.0f} s, seed {}\n{}\n\n{}\n", shown.demonstration.title,
                     shown.record.seconds, shown.record.seed, shown.demonstration.claim,
                     grid.text());
}

json jsonOf(const Shown& shown) {
  json list = json::array();
  for (const Expectation& expectation : shown.expectations) {
    list.push_back(
        {{"metric", expectation.metric},
         {"found", std::isnan(expectation.found) ? json(nullptr) : json(expectation.found)},
         {"met", expectation.met}});
  }
  return {{"title", shown.demonstration.title},
          {"seconds", shown.record.seconds},
          {"expected", std::move(list)}};
}

}  // namespace

void demonstrate(const Arguments& arguments, Terminal& terminal) {
  const std::vector<std::string>& files = arguments.operands();
  std::vector<Demonstration> demonstrations;
  for (const std::string& file : files) {
    demonstrations.push_back(readDemonstration(file));
    parametersOf(demonstrations.back());  // a mistake in the last one is told before the first run
  }
  const FigureFiles figures = figureFiles(arguments);
  const Interrupt interrupt;
  std::vector<std::string> missed;
  json all = json::array();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Declaration& declaration =
        allAnalyses().require(demonstrations[i].analysis).declaration();
    const Context context = runContext(arguments, declaration, interrupt.token(), terminal);
    const auto name = std::filesystem::path(files[i]).stem();
    const auto count = static_cast<double>(files.size());
    const Shown shown =
        show(demonstrations[i], std::filesystem::path(arguments.text("--out")) / name, figures,
             context.part(static_cast<double>(i) / count, (static_cast<double>(i) + 1) / count));
    if (!shown.met()) missed.push_back(shown.demonstration.title);
    terminal.clearProgress();
    if (terminal.json()) {
      all.push_back(jsonOf(shown));
    } else {
      terminal.print(textOf(shown));
    }
  }
  if (terminal.json()) terminal.printJson(all);
  if (!missed.empty()) {
    throw Error(kMissed, {{"names", fmt::format("{}", fmt::join(missed, ", "))}});
  }
}

}  // namespace lineament::app::cli
