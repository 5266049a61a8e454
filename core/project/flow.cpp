// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/flow.h"

#include "core/base/error.h"
#include "core/base/fingerprint.h"

namespace lineament::project {

namespace {

constexpr ErrorText kChanged{"project.source_changed", "Read the source {name}",
                             "its content is not what it was when it was added or last accepted",
                             "{path}", "Accept the new content, or bring the old file back"};
constexpr ErrorText kNoReader{"project.no_reader", "Read the source {name}",
                              "there is no reader '{reader}'", "{path}",
                              "Use the program version that added it, or add the file anew"};
constexpr ErrorText kNoReaderOfThatName{"project.no_reader", "Read {name}",
                                        "there is no reader '{reader}'", "{path}",
                                        "Leave the reader out to have it chosen by content"};
constexpr ErrorText kOtherVersion{
    "project.analysis_version", "Run {analysis} again",
    "the run was made by its version {recorded}, this program has version {known}", "",
    "Start it anew, or allow the other version; results may differ"};

bool isSource(const Project& project, Id id) {
  for (const Source& source : project.sources()) {
    if (source.id == id) return true;
  }
  return false;
}

// An input with its record: of a source, with the options it is read with in this run.
struct RunInput {
  Run::Input input;
  RunRecord::InputRecord record;
};

RunInput inputNow(const Project& project, const Run::Input& input) {
  if (!isSource(project, input.id)) return {input, {input.name, std::to_string(input.id), {}}};
  const Source source = project.source(input.id);
  return {input,
          {input.name, source.absolute_path.string(), source.sha256, source.reader,
           source.reader_options}};
}

std::vector<RunInput> inputsNow(const Project& project, const std::vector<Run::Input>& inputs) {
  std::vector<RunInput> now;
  for (const Run::Input& input : inputs) now.push_back(inputNow(project, input));
  return now;
}

// The inputs of a run once more, read as they were then: a source may have other options by now.
std::vector<RunInput> inputsThen(const Project& project, const Run& run, const Context& context) {
  std::vector<RunInput> then = inputsNow(project, run.inputs);
  for (std::size_t i = 0; i < std::min(then.size(), run.record.inputs.size()); ++i) {
    const RunRecord::InputRecord& recorded = run.record.inputs[i];
    RunRecord::InputRecord& record = then[i].record;
    if (record.format.empty() || record.format != recorded.format) continue;
    record.read = recorded.read;
    if (record.sha256 == recorded.sha256) continue;
    context.warn(
        fmt::format("{} is not what it was when the run was made: its new content was "
                    "accepted since",
                    project.source(then[i].input.id).name));
  }
  return then;
}

// Figures are kept apart from data: they show an output, they are none themselves.
void sortInto(Project::NewRun& run, const Analysis& analysis, const RunResult& made) {
  for (const auto& [id, data] : made.outputs.data) {
    if (const FigureSpec* figure = data.as<FigureSpec>()) {
      run.figures.push_back(*figure);
      continue;
    }
    std::string title = id;
    for (const Output& output : analysis.declaration().outputs) {
      if (output.id == id) title = output.title;
    }
    run.outputs.push_back({id, std::move(title), data});
  }
  run.record = made.record;
}

// A model is known by its folder's name, not by "model.safetensors".
std::string folderName(const std::filesystem::path& folder) {
  const std::filesystem::path name = folder.filename();
  return (name.empty() ? folder.parent_path().filename() : name).string();
}

}  // namespace

Imported importFile(Project& project, const std::filesystem::path& given, const Import& import,
                    const Context& context) {
  const std::filesystem::path path = io::fileAt(given);
  const io::Reader* reader =
      import.reader.empty() ? &io::readerFor(path) : io::findReader(import.reader);
  if (!reader) {
    throw Error::usage(
        kNoReaderOfThatName,
        {{"name", path.filename().string()}, {"reader", import.reader}, {"path", path.string()}});
  }
  project.requireChangeable("Add " + path.filename().string());
  const Parameters options = io::readerOptions(*reader, import.reader_options);
  Imported imported;
  imported.data = reader->read(path, options, context.part(0, 0.7));
  imported.source =
      project.addSource({path, imported.data.kind(), std::string(reader->id()), options.toJson(),
                         path == given ? std::string() : folderName(given), import.embed},
                        context.part(0.7, 1));
  imported.data = imported.data.withOrigin(originOf(imported.source));
  return imported;
}

const io::Reader& readerOf(const Source& source) {
  if (const io::Reader* reader = io::findReader(source.reader)) return *reader;
  throw Error(
      kNoReader,
      {{"name", source.name}, {"reader", source.reader}, {"path", source.absolute_path.string()}});
}

Data loadSourceWith(const Project& project, Id id, const Parameters& options,
                    const Context& context) {
  const Source source = project.source(id);
  const SourceCheck check = project.checkSource(id, true, context.part(0, 0.3));
  if (check.state == SourceState::changed) {
    throw Error(kChanged, {{"name", source.name}, {"path", check.path.string()}});
  }
  const std::filesystem::path file = project.sourceFile(id, context);
  return readerOf(source).read(file, options, context.part(0.3, 1)).withOrigin(originOf(id));
}

namespace {

Data loadInput(const Project& project, const RunInput& given, const Context& context) {
  const Id id = given.input.id;
  if (given.record.format.empty()) return project.loadResult(id, context);
  const Declaration& declared = readerOf(project.source(id)).options();
  return loadSourceWith(project, id, Parameters::fromJson(declared, given.record.read), context);
}

RunOutcome runOn(Project& project, const Analysis& analysis, const std::vector<RunInput>& inputs,
                 const Parameters& parameters, const Context& context, const std::string& name) {
  project.requireChangeable("Run " + name);
  Inputs data;
  std::vector<RunRecord::InputRecord> records;
  Project::NewRun kept;
  for (const RunInput& given : inputs) {
    records.push_back(given.record);
    kept.inputs.push_back(given.input);
    data.add(given.input.name, loadInput(project, given, context.part(0, 0.1)));
  }
  const RunResult made =
      runRecorded(analysis, data, parameters, std::move(records), context.part(0.1, 0.9));
  if (made.record.outcome == "cancelled") throw Cancelled();

  sortInto(kept, analysis, made);
  kept.title = name;
  Project::AddedRun added = project.addRun(kept, context.part(0.9, 1));
  return {added.run, made.record, std::move(added.results), std::move(added.figures), made.error};
}

}  // namespace

Data loadItem(const Project& project, Id id, const Context& context) {
  return loadInput(project, inputNow(project, {{}, id}), context);
}

RunOutcome runInProject(Project& project, const Analysis& analysis,
                        const std::vector<Run::Input>& inputs, const Parameters& parameters,
                        const Context& context, const std::string& title) {
  return runOn(project, analysis, inputsNow(project, inputs), parameters, context,
               title.empty() ? analysis.declaration().title : title);
}

RunOutcome rerun(Project& project, const Catalogue& catalogue, Id id, const Context& context,
                 bool allow_other_version) {
  const Run run = project.run(id);
  const Analysis& analysis = catalogue.require(run.record.analysis);
  const int known = analysis.declaration().version;
  if (known != run.record.version && !allow_other_version) {
    throw Error::usage(
        kOtherVersion,
        {{"analysis", run.record.analysis}, {"recorded", run.record.version}, {"known", known}});
  }
  Context again = context;
  again.seed = run.record.seed;
  again.threads = run.record.threads;
  again.device = run.record.device == name(Device::cuda) ? Device::cuda : Device::cpu;
  return runOn(project, analysis, inputsThen(project, run, context),
               Parameters::fromJson(analysis.declaration(), run.record.parameters), again,
               run.title);
}

}  // namespace lineament::project
