// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>

#include "app/window/project_session.h"
#include "core/data/data.h"
#include "core/io/reader.h"

namespace lineament::app {

// What dropping or opening a file would do.
struct OpeningPlan {
  QString action;  // "Open as table"
  QString detail;  // the file's name
  bool accepted = true;
};

// Brings files into the project: each is read in a job and becomes a source when that worked.
class FileImport : public QObject {
  Q_OBJECT

 public:
  FileImport(JobQueue& jobs, ProjectSession& session, QObject* parent);

  // Returns at once. A project opens; folders are named by failed(), what cannot be read by
  // unreadable().
  void open(const QStringList& files);
  void import(const QString& file, const io::ReaderSettings& settings = {});

  // Looks at the files' beginnings in a job and says what open() would do.
  void plan(const QStringList& files, QObject* receiver,
            const std::function<void(const OpeningPlan&)>& done);

 Q_SIGNALS:
  void imported(lineament::project::Id source, const QString& name, const lineament::Data& data);
  void failed(const lineament::Error& error);
  void unreadable(const QString& file, const lineament::Error& error);

 private:
  JobQueue& jobs_;
  ProjectSession& session_;
};

// What a glance at the names tells before the files were looked into.
OpeningPlan firstGlance(const QStringList& files);

}  // namespace lineament::app
