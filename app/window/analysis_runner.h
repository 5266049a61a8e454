// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>

#include "app/window/analysis_form.h"
#include "app/window/project_session.h"
#include "core/analysis/catalogue.h"
#include "core/project/flow.h"

namespace lineament::app {

// Runs analyses in jobs and stores what they make in the project.
class AnalysisRunner : public QObject {
  Q_OBJECT

 public:
  AnalysisRunner(JobQueue& jobs, ProjectSession& session, const Catalogue& catalogue,
                 QObject* parent);

  void run(const RunRequest& request);
  void rerun(Id run, bool allow_other_version = false);

 Q_SIGNALS:
  void started(const QString& analysis);
  void ended(const QString& analysis);  // whatever came of it
  void made(const lineament::project::RunOutcome& outcome);
  void failed(const lineament::Error& error);

 private:
  using Work = std::function<project::RunOutcome(project::Project&, const Context&)>;
  void start(const QString& analysis, const QString& title, const QStringList& inputs, Work work);

  JobQueue& jobs_;
  ProjectSession& session_;
  const Catalogue& catalogue_;
};

}  // namespace lineament::app
