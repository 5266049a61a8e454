// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/analysis_runner.h"

#include "app/window/settings.h"

namespace lineament::app {
namespace {

struct Prepared {
  const Analysis* analysis = nullptr;
  Parameters parameters;
  std::vector<project::Run::Input> inputs;
  QStringList ids;
};

Prepared prepare(const Catalogue& catalogue, const RunRequest& request) {
  Prepared prepared;
  prepared.analysis = &catalogue.require(request.analysis.toStdString());
  prepared.parameters = Parameters::fromText(prepared.analysis->declaration(), request.settings);
  for (const auto& [input, ids] : request.inputs) {
    for (const QString& id : ids) prepared.inputs.push_back({input, id.toLongLong()});
    prepared.ids << ids;
  }
  return prepared;
}

// What the run is called in the tree: the method that was chosen ("Ridge") where the analysis
// offers several, else the analysis.
QString titleOf(const Declaration& declaration, const Parameters& parameters) {
  for (const Parameter& parameter : declaration.parameters) {
    if (parameter.type != Parameter::Type::choice || parameter.advanced) continue;
    const std::string& chosen = parameters.text(parameter.id);
    if (chosen == "auto") break;
    for (const Parameter::Choice& choice : parameter.choices) {
      if (choice.value == chosen && !choice.title.empty()) {
        return QString::fromStdString(choice.title);
      }
    }
    break;
  }
  return QString::fromStdString(declaration.title);
}

}  // namespace

AnalysisRunner::AnalysisRunner(JobQueue& jobs, ProjectSession& session, const Catalogue& catalogue,
                               QObject* parent)
    : QObject(parent), jobs_(jobs), session_(session), catalogue_(catalogue) {}

void AnalysisRunner::run(const RunRequest& request) {
  const auto prepared = settle([&] { return prepare(catalogue_, request); });
  if (const Error* error = errorOf(prepared)) {
    Q_EMIT failed(*error);
    return;
  }
  const Prepared& ready = *valueOf(prepared);
  const QString title = titleOf(ready.analysis->declaration(), ready.parameters);
  start(request.analysis, title, ready.ids,
        [ready, title](project::Project& project, const Context& context) {
          return project::runInProject(project, *ready.analysis, ready.inputs, ready.parameters,
                                       context, title.toStdString());
        });
}

void AnalysisRunner::rerun(Id run, bool allow_other_version) {
  const auto recorded = settle([&] { return session_.project().run(run); });
  if (const Error* error = errorOf(recorded)) {
    Q_EMIT failed(*error);
    return;
  }
  const project::Run& old = *valueOf(recorded);
  QStringList ids;
  for (const project::Run::Input& input : old.inputs) ids << QString::number(input.id);
  start(QString::fromStdString(old.record.analysis), QString::fromStdString(old.title), ids,
        [this_catalogue = &catalogue_, run, allow_other_version](project::Project& project,
                                                                 const Context& context) {
          return project::rerun(project, *this_catalogue, run, context, allow_other_version);
        });
}

void AnalysisRunner::start(const QString& analysis, const QString& title, const QStringList& inputs,
                           Work work) {
  const std::shared_ptr<project::Project> project = session_.shared();
  const int threads = Settings().threads();
  Q_EMIT started(analysis);
  jobs_.start(
      {.title = title, .lane = Lane::run, .depends_on = inputs},
      [project, threads, work = std::move(work)](const Context& job_context) {
        Context context = job_context;
        context.threads = threads;
        return work(*project, context);
      },
      this,
      [this, analysis, project](const Outcome<project::RunOutcome>& outcome) {
        Q_EMIT ended(analysis);
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        const project::RunOutcome* run = valueOf(outcome);
        if (run && project == session_.shared()) Q_EMIT made(*run);
      });
}

}  // namespace lineament::app
