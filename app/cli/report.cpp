// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/figures/offscreen.h"
#include "app/report/compose.h"
#include "app/report/write_report.h"
#include "core/analyses/all.h"

namespace lineament::app::cli {

namespace {

constexpr ErrorText kPaper{"cli.paper", "Write the report on '{paper}'", "a4 or letter is expected",
                           "", "Correct the value"};

Paper paperFrom(const Arguments& arguments) {
  const std::string paper = arguments.text("--paper", "a4");
  if (paper == "a4") return Paper::a4;
  if (paper == "letter") return Paper::letter;
  throw Error::usage(kPaper, {{"paper", paper}});
}

}  // namespace

void writeProjectReport(const Arguments& arguments, Terminal& terminal) {
  const std::filesystem::path out = arguments.text("--out");
  checkReportPath(out);
  const Paper paper = paperFrom(arguments);
  project::OpenOptions options;
  options.read_only = true;
  const auto project = project::Project::open(arguments.operands().front(), options);
  const Interrupt interrupt;
  Context context;
  context.stop = interrupt.token();
  context.progress = terminal.progress();
  context.log = terminal.log();

  const OffscreenDrawing drawing;
  const Report report = composeReport(*project, allAnalyses(), context.part(0, 0.5));
  writeReport(report, out, paper, context.part(0.5, 1));
  if (terminal.json()) return terminal.printJson(nlohmann::json{{"file", out.string()}});
  terminal.print(out.string() + "\n");
}

}  // namespace lineament::app::cli
