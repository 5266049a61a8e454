// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/project_items.h"
#include "app/cli/run_inputs.h"
#include "app/cli/run_settings.h"
#include "app/cli/text_grid.h"
#include "app/sample/sample_project.h"
#include "core/analyses/all.h"
#include "core/project/flow.h"

namespace lineament::app::cli {

namespace {

using nlohmann::json;
using project::Project;

constexpr ErrorText kWhatToRun{"cli.what_to_run", "Run in {project}",
                               "either an analysis or --again RUN is expected", "",
                               "Name one of the two"};

constexpr ErrorText kNoSource{"cli.no_source", "Read {item} anew",
                              "it is a result of a run and was not read from a file", "",
                              "Name a source: lineament project list PROJECT shows them"};

Context plainContext(const Interrupt& interrupt, Terminal& terminal) {
  Context context;
  context.stop = interrupt.token();
  context.progress = terminal.progress();
  context.log = terminal.log();
  return context;
}

std::unique_ptr<Project> openToLook(const Arguments& arguments) {
  project::OpenOptions options;
  options.read_only = true;
  return Project::open(arguments.operands().front(), options);
}

json sourcesJson(const Project& project) {
  json list = json::array();
  for (const auto& source : project.sources()) {
    list.push_back({{"id", source.id},
                    {"name", source.name},
                    {"kind", name(source.kind)},
                    {"format", source.reader},
                    {"read", source.reader_options},
                    {"path", source.absolute_path.string()},
                    {"sha256", source.sha256},
                    {"embedded", source.embedded}});
  }
  return list;
}

json runsJson(const Project& project) {
  json list = json::array();
  for (const auto& run : project.runs()) {
    json entry{{"id", run.id}, {"title", run.title}, {"record", toJson(run.record)}};
    for (const auto& result : project.resultsOf(run.id)) {
      entry["results"].push_back({{"id", result.id},
                                  {"output", result.output},
                                  {"kind", name(result.kind)},
                                  {"title", result.title},
                                  {"summary", result.summary}});
    }
    list.push_back(std::move(entry));
  }
  return list;
}

json figuresJson(const Project& project) {
  json list = json::array();
  for (const auto& figure : project.figures()) {
    list.push_back({{"id", figure.id}, {"data", figure.data}, {"figure", toJson(figure.spec)}});
  }
  return list;
}

json projectJson(const Project& project) {
  return {{"project", project.path().string()},
          {"sources", sourcesJson(project)},
          {"runs", runsJson(project)},
          {"figures", figuresJson(project)},
          {"report_items", project.report().size()}};
}

std::string projectText(const Project& project) {
  TextGrid grid;
  grid.alignRight(0);
  for (const auto& source : project.sources()) {
    grid.add({std::to_string(source.id), source.name, std::string(name(source.kind)),
              source.embedded ? "in the project" : source.absolute_path.string()});
  }
  for (const auto& run : project.runs()) {
    grid.add({std::to_string(run.id), run.title, run.record.analysis,
              run.record.outcome == "done" ? fmt::format("{:.1f} s", run.record.seconds)
                                           : run.record.outcome});
    for (const auto& result : project.resultsOf(run.id)) {
      grid.add({std::to_string(result.id), "  " + itemText(run, result),
                std::string(name(result.kind)), result.title});
    }
  }
  for (const auto& figure : project.figures()) {
    grid.add({std::to_string(figure.id), figure.spec.title, "figure", figure.spec.view});
  }
  return grid.empty() ? "The project is empty\n" : grid.text();
}

void printOutcome(const Project& project, const project::RunOutcome& outcome, Terminal& terminal) {
  if (terminal.json()) {
    json document = toJson(outcome.record);
    document["run"] = outcome.run;
    document["results"] = outcome.results;
    document["figures"] = outcome.figures;
    return terminal.printJson(document);
  }
  TextGrid grid;
  for (const auto& [id, value] : outcome.record.metrics) {
    grid.add({"  " + id, fmt::format("{:.6g}", value)});
  }
  grid.alignRight(1);
  terminal.print(fmt::format("{}: run {}, {:.1f} s\n{}", project.path().filename().string(),
                             outcome.run, outcome.record.seconds, grid.text()));
}

project::RunOutcome ranInProject(Project& project, const Arguments& arguments,
                                 const Context& context, const Analysis& analysis) {
  std::vector<project::Run::Input> inputs;
  for (const auto& [name, item] : arguments.pairs("--input")) {
    requireInput(analysis.declaration(), name);
    inputs.push_back({name, itemFromText(project, item)});
  }
  const Parameters parameters =
      Parameters::fromText(analysis.declaration(), arguments.pairs("--set"));
  return runInProject(project, analysis, inputs, parameters, context, arguments.text("--title"));
}

}  // namespace

void newProject(const Arguments& arguments, Terminal& terminal) {
  const std::filesystem::path path = arguments.operands().front();
  const Interrupt interrupt;
  const Context context = plainContext(interrupt, terminal);
  if (arguments.has("--sample")) {
    const auto seed = arguments.integer("--seed", kSampleSeed, 0, INT64_MAX);
    makeSampleProject(path, allAnalyses(), static_cast<std::uint64_t>(seed), context);
  } else {
    Project::create(path)->close();
  }
  if (!terminal.json()) return terminal.print(path.string() + "\n");
  terminal.printJson(projectJson(*openToLook(arguments)));
}

void addToProject(const Arguments& arguments, Terminal& terminal) {
  const auto project = Project::open(arguments.operands().front());
  const Interrupt interrupt;
  const Context context = plainContext(interrupt, terminal);
  project::Import import;
  import.embed = arguments.has("--embed");
  import.reader_options = arguments.pairs("--read");
  json added = json::array();
  TextGrid grid;
  for (std::size_t i = 1; i < arguments.operands().size(); ++i) {
    const auto imported = project::importFile(*project, arguments.operands()[i], import, context);
    const project::Source source = project->source(imported.source);
    added.push_back({{"id", source.id},
                     {"name", source.name},
                     {"kind", name(source.kind)},
                     {"sha256", source.sha256},
                     {"summary", summaryOf(imported.data)}});
    grid.add({std::to_string(source.id), source.name, summaryLine(imported.data)});
  }
  project->close();
  if (terminal.json()) return terminal.printJson(added);
  terminal.print(grid.text());
}

// Read first: options that the file cannot be read with are not kept.
void readSourceAnew(const Arguments& arguments, Terminal& terminal) {
  const auto project = Project::open(arguments.operands()[0]);
  const project::Id id = itemFromText(*project, arguments.operands()[1]);
  const Interrupt interrupt;
  const auto sources = project->sources();
  const auto source = std::ranges::find(sources, id, &project::Source::id);
  if (source == sources.end()) {
    throw Error::usage(kNoSource, {{"item", arguments.operands()[1]}});
  }
  project->requireChangeable("Change how " + source->name + " is read");
  const Parameters options =
      io::readerOptions(project::readerOf(*source), arguments.pairs("--read"));
  const Data data =
      project::loadSourceWith(*project, id, options, plainContext(interrupt, terminal));
  project->setReaderOptions(id, options.toJson());
  project->close();
  if (terminal.json()) {
    return terminal.printJson({{"id", id},
                               {"name", source->name},
                               {"read", options.toJson()},
                               {"summary", summaryOf(data)}});
  }
  terminal.print(fmt::format("{}: {}\n", source->name, summaryLine(data)));
}

void runInProjectFile(const Arguments& arguments, Terminal& terminal) {
  const bool again = arguments.has("--again");
  if (again == (arguments.operands().size() == 2)) {
    throw Error::usage(kWhatToRun, {{"project", arguments.operands().front()}});
  }
  const auto project = Project::open(arguments.operands().front());
  const Interrupt interrupt;
  project::RunOutcome outcome;
  if (again) {
    const auto run = arguments.integer("--again", 0, 1, INT64_MAX);
    outcome = rerun(*project, allAnalyses(), run, plainContext(interrupt, terminal));
  } else {
    const Analysis& analysis = allAnalyses().require(arguments.operands()[1]);
    const Context context =
        runContext(arguments, analysis.declaration(), interrupt.token(), terminal);
    outcome = ranInProject(*project, arguments, context, analysis);
  }
  if (!outcome.error) printOutcome(*project, outcome, terminal);
  project->close();
  if (outcome.error) throw *outcome.error;
}

void listProject(const Arguments& arguments, Terminal& terminal) {
  const auto project = openToLook(arguments);
  if (terminal.json()) return terminal.printJson(projectJson(*project));
  terminal.print(projectText(*project));
}

}  // namespace lineament::app::cli
