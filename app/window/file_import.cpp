// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/file_import.h"

#include <QFileInfo>
#include <optional>

#include "core/io/reader.h"
#include "core/project/flow.h"

namespace lineament::app {
namespace {

bool hasProject(const QStringList& files) {
  for (const QString& file : files) {
    if (project::isProjectFile(file.toStdString())) return true;
  }
  return false;
}

// Runs in a job: opens each file and asks the readers.
OpeningPlan lookInto(const QStringList& files) {
  if (hasProject(files)) {
    return {FileImport::tr("Open this project"), QFileInfo(files.first()).fileName()};
  }
  QStringList titles;
  for (const QString& file : files) {
    const std::string_view title = io::readerFor(io::fileAt(file.toStdString())).title();
    titles << QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size()));
  }
  titles.removeDuplicates();
  const auto count = static_cast<int>(files.size());
  if (count == 1) {
    return {FileImport::tr("Open as %1").arg(titles.first()), QFileInfo(files.first()).fileName()};
  }
  return {FileImport::tr("Open %n files", "", count), titles.join(QString(", "))};
}

using Opened = std::optional<project::Imported>;  // nothing: the file is a project

// Runs in a job: the file may lie on a slow disk or far away.
Opened lookAndImport(project::Project& project, const QString& file,
                     const io::ReaderSettings& settings, const Context& context) {
  const std::string path = file.toStdString();
  if (project::isProjectFile(path)) return std::nullopt;
  return project::importFile(project, path, {.reader_options = settings}, context);
}

}  // namespace

OpeningPlan firstGlance(const QStringList& files) {
  const auto count = static_cast<int>(files.size());
  if (count == 1) return {FileImport::tr("Open"), QFileInfo(files.first()).fileName()};
  return {FileImport::tr("Open %n files", "", count), {}};
}

FileImport::FileImport(JobQueue& jobs, ProjectSession& session, QObject* parent)
    : QObject(parent), jobs_(jobs), session_(session) {}

void FileImport::plan(const QStringList& files, QObject* receiver,
                      const std::function<void(const OpeningPlan&)>& done) {
  const OpeningPlan glance = firstGlance(files);
  done(glance);
  if (!glance.accepted || files.isEmpty()) return;
  jobs_.start(
      {.title = tr("Look at %1").arg(glance.detail)},
      [files](const Context&) { return lookInto(files); }, receiver,
      [done](const Outcome<OpeningPlan>& outcome) {
        if (const OpeningPlan* plan = valueOf(outcome)) done(*plan);
        if (const Error* error = errorOf(outcome)) {
          done({QString::fromStdString(error->asked()), QString::fromStdString(error->found()),
                false});
        }
      });
}

void FileImport::open(const QStringList& files) {
  for (const QString& file : files) import(file);
}

void FileImport::import(const QString& file, const io::ReaderSettings& settings) {
  const std::shared_ptr<project::Project> project = session_.shared();
  const QString name = QFileInfo(file).fileName();
  jobs_.start(
      {.title = tr("Open %1").arg(name)},
      [project, file, settings](const Context& context) {
        return lookAndImport(*project, file, settings, context);
      },
      this,
      [this, project, name, file](const Outcome<Opened>& outcome) {
        if (const Error* error = errorOf(outcome)) {
          if (QFileInfo(file).isDir()) return Q_EMIT failed(*error);
          return Q_EMIT unreadable(file, *error);
        }
        const Opened* opened = valueOf(outcome);
        if (!opened) return;
        if (!*opened) return session_.open(file);
        if (project != session_.shared()) return;
        Q_EMIT imported((*opened)->source, name, (*opened)->data);
      });
}

}  // namespace lineament::app
