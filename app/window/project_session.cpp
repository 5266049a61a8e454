// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/project_session.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTimer>

#include "app/window/settings.h"

namespace lineament::app {
namespace {

QString textOfPath(const std::filesystem::path& path) {
  return QString::fromStdString(path.string());
}

// A name that no file in the folder has yet.
QString untitledPath(const QString& folder) {
  const QString stem = folder + '/' +
                       ProjectSession::tr("Untitled %1")
                           .arg(QDateTime::currentDateTime().toString("yyyy-MM-dd HH.mm"));
  const auto extension = QString::fromUtf8(project::kExtension.data(),
                                           static_cast<qsizetype>(project::kExtension.size()));
  QString path = stem + extension;
  for (int n = 2; QFileInfo::exists(path); ++n)
    path = QString("%1 (%2)%3").arg(stem).arg(n).arg(extension);
  return path;
}

std::shared_ptr<project::Project> createAt(const QString& path) {
  return project::Project::create(path.toStdString());
}

bool isEmpty(const project::Project& project) {
  return project.sources().empty() && project.runs().empty();
}

// Closing makes one file of the project again, which may take a while; an untitled one that nobody
// put anything in is not worth keeping.
void closeFor(const std::shared_ptr<project::Project>& project, bool drop_if_empty) {
  const bool drop = drop_if_empty && isEmpty(*project);
  const QString path = textOfPath(project->path());
  project->close();
  if (drop) QFile::remove(path);
}

}  // namespace

ProjectSession::ProjectSession(JobQueue& jobs, QObject* parent) : QObject(parent), jobs_(jobs) {
  auto made = settle([] { return createAt(untitledPath(untitledFolder())); });
  if (const Error* error = errorOf(made)) {
    // Without a state folder the work goes on in the temporary one, and the person is told.
    const Error reason = *error;
    QTimer::singleShot(0, this, [this, reason] { Q_EMIT failed(reason); });
    adopt(createAt(untitledPath(QDir::tempPath())));
  } else {
    adopt(std::move(*valueOf(made)));
  }
}

ProjectSession::~ProjectSession() {
  project_->removeObserver(observer_);
  // The jobs have ended by now, and with them all changes; this is the last owner.
  settle([&] { closeFor(project_, untitled()); });
}

QString ProjectSession::path() const {
  return textOfPath(project_->path());
}

QString ProjectSession::title() const {
  return QFileInfo(path()).completeBaseName();
}

bool ProjectSession::untitled() const {
  return QFileInfo(path()).absolutePath() == QFileInfo(untitledFolder()).absoluteFilePath();
}

bool ProjectSession::empty() const {
  return isEmpty(*project_);
}

void ProjectSession::adopt(Opened project) {
  project_ = std::move(project);
  observer_ = project_->onChanged([this, of = project_.get()](const project::ChangeSet& changes) {
    QMetaObject::invokeMethod(
        this,
        [this, of, changes] {
          if (of == project_.get()) Q_EMIT changed(changes);
        },
        Qt::QueuedConnection);
  });
  Q_EMIT replaced();
}

void ProjectSession::release() {
  project_->removeObserver(observer_);
  const bool drop_if_empty = untitled();
  jobs_.start(
      {.title = tr("Close %1").arg(title()), .lane = Lane::change},
      [old = project_, drop_if_empty](const Context&) { closeFor(old, drop_if_empty); }, this,
      [this](const Outcome<Nothing>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
      });
}

void ProjectSession::openUntitled() {
  replaceBy(tr("New project"), [] { return createAt(untitledPath(untitledFolder())); });
}

void ProjectSession::open(const QString& path) {
  if (QFileInfo(path).canonicalFilePath() == QFileInfo(this->path()).canonicalFilePath()) return;
  replaceBy(tr("Open %1").arg(QFileInfo(path).fileName()),
            [file = path.toStdString()] { return Opened(project::Project::open(file)); });
}

void ProjectSession::replaceBy(const QString& title, std::function<Opened()> open) {
  jobs_.start(
      {.title = title}, [open = std::move(open)](const Context&) { return open(); }, this,
      [this](Outcome<Opened> outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        Opened* opened = valueOf(outcome);
        if (!opened) return;
        Q_EMIT aboutToReplace();
        // What showed the old project has gone in this turn; the new one has the next.
        QTimer::singleShot(0, this, [this, next = *opened] {
          release();
          adopt(next);
        });
      });
}

void ProjectSession::saveVersion(const QString& name) {
  change(
      tr("Save a version"),
      [name](project::Project& project) { project.saveVersion(name.toStdString()); },
      [this, name](bool well) {
        if (well) Q_EMIT said(tr("Saved the version “%1”").arg(name));
      });
}

void ProjectSession::saveCopy(const QString& path) {
  jobs_.start(
      {.title = tr("Save a copy")},
      [project = project_, file = path.toStdString()](const Context&) { project->saveCopy(file); },
      this,
      [this, path](const Outcome<Nothing>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        if (valueOf(outcome)) Q_EMIT said(tr("Saved a copy as %1").arg(path));
      });
}

bool ProjectSession::attempt(const std::function<void(const project::Project&)>& look) {
  const auto outcome = settle([&] { look(*project_); });
  if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
  return valueOf(outcome) != nullptr;
}

void ProjectSession::change(const QString& title, std::function<void(project::Project&)> work,
                            const std::function<void(bool)>& ended) {
  jobs_.start(
      {.title = title, .lane = Lane::change},
      [project = project_, work = std::move(work)](const Context&) { work(*project); }, this,
      [this, ended](const Outcome<Nothing>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        if (ended) ended(valueOf(outcome) != nullptr);
      });
}

}  // namespace lineament::app
