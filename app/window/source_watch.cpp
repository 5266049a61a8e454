// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/source_watch.h"

#include <QFileDialog>
#include <QWidget>

namespace lineament::app {

SourceWatch::SourceWatch(JobQueue& jobs, ProjectSession& session, QWidget* window)
    : QObject(window), jobs_(jobs), session_(session), window_(window) {
  connect(&session, &ProjectSession::replaced, this, &SourceWatch::check);
}

void SourceWatch::check() {
  using Findings = std::vector<Finding>;
  const std::shared_ptr<project::Project> project = session_.shared();
  if (project->sources().empty()) return;
  jobs_.start(
      {.title = tr("Check the sources")},
      [project](const Context& context) {
        Findings findings;
        for (const project::Source& source : project->sources()) {
          const project::SourceCheck check = project->checkSource(source.id, false, context);
          if (check.state == project::SourceState::unchanged) continue;
          findings.push_back({source.id, QString::fromStdString(source.name), check});
        }
        return findings;
      },
      this,
      [this, project](const Outcome<Findings>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        const Findings* findings = valueOf(outcome);
        if (!findings || project != session_.shared()) return;
        for (const Finding& finding : *findings) report(finding);
      });
}

void SourceWatch::report(const Finding& finding) {
  const Id id = finding.id;
  const QString place = QString::fromStdString(finding.check.path.string());
  Message message{.severity = Message::Severity::warning};
  const Message::Remedy locate{tr("Locate…"), [this, id] { this->locate(id); }};
  switch (finding.check.state) {
    case project::SourceState::missing:
      message.headline = tr("%1 is not where it was").arg(finding.name);
      message.body = tr("Results made from it can still be seen and used.");
      message.remedies = {locate};
      break;
    case project::SourceState::moved:
      message.headline = tr("%1 has moved").arg(finding.name);
      message.body = tr("A file of the same content lies at %1.").arg(place);
      message.remedies = {{tr("Use it there"), [this, id, place] { relink(id, place); }}, locate};
      break;
    case project::SourceState::changed:
      message.headline = tr("%1 has changed since it was read").arg(finding.name);
      message.body = tr("The results in the project were made from its old content.");
      message.remedies = {{tr("Use the new content"), [this, id] { acceptContent(id); }},
                          {tr("Use the old result"), [] {}}};
      break;
    case project::SourceState::unchanged:
      return;
  }
  Q_EMIT noticed(message);
}

void SourceWatch::locate(Id source) {
  auto* dialog = new QFileDialog(window_, tr("Locate the file"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this,
          [this, source](const QString& path) { relink(source, path); });
  dialog->open();
}

void SourceWatch::relink(Id source, const QString& path) {
  const std::shared_ptr<project::Project> project = session_.shared();
  jobs_.start(
      {.title = tr("Relink")},
      [project, source, file = path.toStdString()](const Context& context) {
        Finding finding{.id = source};
        finding.check = project->relink(source, file, context);
        finding.name = QString::fromStdString(project->source(source).name);
        return finding;
      },
      this,
      [this](const Outcome<Finding>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        if (const Finding* finding = valueOf(outcome)) report(*finding);
      });
}

void SourceWatch::acceptContent(Id source) {
  const std::shared_ptr<project::Project> project = session_.shared();
  jobs_.start(
      {.title = tr("Take the new content")},
      [project, source](const Context& context) { project->acceptChange(source, context); }, this,
      [this, source](const Outcome<Nothing>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        if (valueOf(outcome)) Q_EMIT contentAccepted(source);
      });
}

void SourceWatch::embed(Id source) {
  const std::shared_ptr<project::Project> project = session_.shared();
  jobs_.start(
      {.title = tr("Embed")},
      [project, source](const Context& context) { project->embedSource(source, context); }, this,
      [this](const Outcome<Nothing>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
      });
}

}  // namespace lineament::app
