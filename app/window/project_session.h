// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <memory>

#include "app/jobs/job_queue.h"
#include "core/project/project.h"

namespace lineament::app {

using project::Id;

// The open project of a window. There always is one: a window without a named project works on an
// untitled one in the state folder, so that nothing is lost that nobody has saved.
class ProjectSession : public QObject {
  Q_OBJECT

 public:
  // Begins with a fresh untitled project.
  ProjectSession(JobQueue& jobs, QObject* parent);
  ~ProjectSession() override;

  project::Project& project() const { return *project_; }
  std::shared_ptr<project::Project> shared() const { return project_; }  // for jobs
  QString path() const;
  QString title() const;  // the file's name without its ending
  bool untitled() const;
  bool empty() const;  // neither sources nor runs

  void openUntitled();             // the same way
  void open(const QString& path);  // in a job; the present one stays until the other is open
  void saveVersion(const QString& name);
  void saveCopy(const QString& path);  // in a job

  // Looks at the project from the window; what that throws is reported by failed().
  bool attempt(const std::function<void(const project::Project&)>& look);

  // Changes the project in a job, since a change waits for the disk: in the order asked for, and
  // before the project is closed. What that throws is reported by failed(). Then calls `ended`.
  void change(const QString& title, std::function<void(project::Project&)> work,
              const std::function<void(bool well)>& ended = {});

 Q_SIGNALS:
  void aboutToReplace();  // the last moment of the present project
  void replaced();        // another project is open
  void changed(const lineament::project::ChangeSet& changes);  // on this thread, whoever made them
  void failed(const lineament::Error& error);
  void said(const QString& line);  // for the status bar

 private:
  using Opened = std::shared_ptr<project::Project>;
  void replaceBy(const QString& title, std::function<Opened()> open);
  void adopt(Opened project);
  void release();

  JobQueue& jobs_;
  std::shared_ptr<project::Project> project_;
  int observer_ = -1;
};

}  // namespace lineament::app
