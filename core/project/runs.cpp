// SPDX-License-Identifier: GPL-3.0-or-later
// The runs of a Project and what they made.
#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/io/data_blob.h"
#include "core/project/document.h"
#include "core/project/payload.h"
#include "core/project/uses.h"

namespace lineament::project {

namespace {

constexpr ErrorText kNoOutput{"project.no_output", "Store the figure '{figure}' of a run",
                              "it shows '{output}', which the run neither made nor was given", "",
                              "This is a fault of the analysis: report it"};

using Payloads = std::vector<std::unique_ptr<PayloadWriter>>;

Payloads store(Document& document, const std::vector<Project::NewOutput>& outputs,
               const Context& context) {
  Payloads payloads;
  const double share = 1.0 / static_cast<double>(std::max<std::size_t>(1, outputs.size()));
  for (const Project::NewOutput& output : outputs) {
    const double from = share * static_cast<double>(payloads.size());
    payloads.push_back(std::make_unique<PayloadWriter>(document, "Store a result"));
    payloads.back()->write(io::toBlob(output.data), context.part(from, from + share));
  }
  return payloads;
}

// What a proposed figure shows: an output of the run, or one of its inputs.
Id shownBy(const FigureSpec& spec, const Project::NewRun& run, const std::vector<Id>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (run.outputs[i].output == spec.data) return results[i];
  }
  for (const Run::Input& input : run.inputs) {
    if (input.name == spec.data) return input.id;
  }
  throw Error::usage(kNoOutput, {{"figure", spec.title}, {"output", spec.data}});
}

// Results get the ids after the run's, so that the lists read in the order things were made.
std::vector<Id> putResults(Edit& edit, Id run, const std::vector<Project::NewOutput>& outputs,
                           const Payloads& payloads) {
  std::vector<Id> ids;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Project::NewOutput& output = outputs[i];
    Result result;
    result.id = edit.newId();
    result.run = run;
    result.output = output.output;
    result.kind = output.data.kind();
    result.title = output.title.empty() ? output.output : output.title;
    result.summary = summaryOf(output.data);
    edit.put("results", rowOf(result, output.data.origin(), payloads[i]->id()));
    payloads[i]->complete(edit);
    ids.push_back(result.id);
  }
  return ids;
}

std::vector<Id> putFigures(Edit& edit, const Project::NewRun& run, const std::vector<Id>& results) {
  std::vector<Id> ids;
  auto position = edit.database().integer("SELECT max(position) FROM figures");
  for (const FigureSpec& spec : run.figures) {
    const Figure figure{edit.newId(), shownBy(spec, run, results), spec};
    edit.put("figures", rowOf(figure, ++position));
    ids.push_back(figure.id);
  }
  return ids;
}

std::vector<Result> resultsIn(const Database& database, const std::vector<Row>& rows) {
  std::vector<Result> results;
  for (const Row& row : rows) results.push_back(resultOf(database, row));
  return results;
}

}  // namespace

Project::AddedRun Project::addRun(const NewRun& added, const Context& context) {
  const Payloads payloads = store(*document_, added.outputs, context);
  context.checkpoint(1);
  Edit edit(*document_, added.title);
  Run run;
  run.id = edit.newId();
  run.title = added.title;
  run.record = added.record;
  run.inputs = added.inputs;
  edit.put("runs", rowOf(run));
  AddedRun made{run.id, putResults(edit, run.id, added.outputs, payloads), {}};
  made.figures = putFigures(edit, added, made.results);
  edit.commit();
  for (const auto& payload : payloads) payload->kept();
  return made;
}

std::vector<Run> Project::runs() const {
  const Reading reading(*document_);
  std::vector<Run> runs;
  for (const Row& row : readRows(reading.database(), "runs")) {
    runs.push_back(runOf(reading.database(), row));
  }
  return runs;
}

Run Project::run(Id id) const {
  const Reading reading(*document_);
  return runOf(reading.database(), reading.row("runs", id));
}

void Project::renameRun(Id id, const std::string& title) {
  Edit edit(*document_, "Rename to " + title);
  Row row = edit.row("runs", id);
  row["title"] = title;
  edit.put("runs", row);
  edit.commit();
}

void Project::setRunHidden(Id id, bool hidden) {
  Edit edit(*document_, hidden ? "Hide a run" : "Show a run");
  Row row = edit.row("runs", id);
  row["hidden"] = hidden ? 1 : 0;
  edit.put("runs", row);
  edit.commit();
}

void Project::removeRun(Id id) {
  Edit edit(*document_, "Remove a run");
  std::set<Id> gone;
  for (const Row& row : readRows(edit.database(), "results", "run", id)) {
    gone.insert(row.at("id").get<Id>());
  }
  refuseUsed(edit.database(), gone, id);
  for (const Id result : gone) edit.remove("results", result);
  gone.insert(id);
  removeShown(edit, gone);
  edit.remove("runs", id);
  edit.commit();
}

std::vector<Result> Project::results() const {
  const Reading reading(*document_);
  return resultsIn(reading.database(), readRows(reading.database(), "results"));
}

std::vector<Result> Project::resultsOf(Id run) const {
  const Reading reading(*document_);
  reading.row("runs", run);
  return resultsIn(reading.database(), readRows(reading.database(), "results", "run", run));
}

Result Project::result(Id id) const {
  const Reading reading(*document_);
  return resultOf(reading.database(), reading.row("results", id));
}

void Project::renameResult(Id id, const std::string& title) {
  Edit edit(*document_, "Rename to " + title);
  Row row = edit.row("results", id);
  row["title"] = title;
  edit.put("results", row);
  edit.commit();
}

Data Project::loadResult(Id id, const Context& context) const {
  const Row row = Reading(*document_).row("results", id);
  const Kind kind = kindFromName(row.at("kind").get<std::string>());
  const Data data =
      io::fromBlob(kind, readPayload(*document_, row.at("payload").get<Id>(), context));
  const auto origin = row.at("origin").get<std::string>();
  return data.withOrigin(origin.empty() ? originOf(id) : origin);
}

}  // namespace lineament::project
