// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_folder.h"
#include "app/cli/read_settings.h"
#include "app/cli/run_inputs.h"
#include "app/cli/run_outputs.h"
#include "app/cli/run_settings.h"
#include "app/cli/text_grid.h"
#include "core/analyses/all.h"
#include "core/base/file.h"

namespace lineament::app::cli {

namespace {

// Shares of the progress bar.
constexpr double kReadTo = 0.15;
constexpr double kRunTo = 0.9;

constexpr const char* kRecordFile = "run.json";

std::string resultText(const RunRecord& record, const std::filesystem::path& folder) {
  std::string text = fmt::format("{}  {:.1f} s, seed {}, {}\n\n", record.analysis, record.seconds,
                                 record.seed, record.device);
  TextGrid metrics;
  metrics.alignRight(1);
  for (const auto& [id, value] : record.metrics) {
    metrics.add({"  " + id, fmt::format("{:.6g}", value)});
  }
  TextGrid files;
  for (const auto& output : record.outputs) {
    for (const std::string& file : output.files) files.add({"  " + (folder / file).string()});
  }
  files.add({"  " + (folder / kRecordFile).string()});
  if (!metrics.empty()) text += metrics.text() + "\n";
  return text + files.text();
}

}  // namespace

void runAnalysis(const Arguments& arguments, Terminal& terminal) {
  const Analysis& analysis = allAnalyses().require(arguments.operands().front());
  const Declaration& declaration = analysis.declaration();
  const Parameters parameters = Parameters::fromText(declaration, arguments.pairs("--set"));
  const FigureFiles figures = figureFiles(arguments);
  const Interrupt interrupt;
  const Context context = runContext(arguments, declaration, interrupt.token(), terminal);
  const auto named_paths = arguments.pairs("--input");
  for (const auto& [name, path] : named_paths) requireInput(declaration, name);
  const ReadSettings settings(arguments, named_paths);
  OutputFolder folder(arguments.text("--out"));

  RunInputs inputs = readInputs(declaration, named_paths, settings, context.part(0, kReadTo));
  RunResult result = runRecorded(analysis, inputs.data, parameters, std::move(inputs.records),
                                 context.part(kReadTo, kRunTo));
  if (result.error) throw *result.error;
  if (result.record.outcome != "done") throw Cancelled{};

  nlohmann::json record;
  folder.write([&](const std::filesystem::path& staging) {
    writeOutputs(result, staging, figures, context.part(kRunTo, 1));
    record = toJson(result.record);
    writeWhole(staging / kRecordFile, record.dump(2) + "\n");
  });
  context.checkpoint(1);
  folder.commit(kRecordFile);
  if (terminal.json()) return terminal.printJson(record);
  terminal.print(resultText(result.record, folder.path()));
}

}  // namespace lineament::app::cli
