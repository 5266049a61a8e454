// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "app/window/message_bar.h"
#include "app/window/project_session.h"

class QWidget;

namespace lineament::app {

// Notices that a source's file has moved or changed, and asks what to do about it without standing
// in the way.
class SourceWatch : public QObject {
  Q_OBJECT

 public:
  SourceWatch(JobQueue& jobs, ProjectSession& session, QWidget* window);

  void check();            // all sources, in a job
  void locate(Id source);  // asks for the file
  void embed(Id source);

 Q_SIGNALS:
  void noticed(const lineament::app::Message& message);
  void contentAccepted(lineament::project::Id source);
  void failed(const lineament::Error& error);

 private:
  struct Finding {
    Id id = 0;
    QString name;
    project::SourceCheck check;
  };
  void report(const Finding& finding);
  void relink(Id source, const QString& path);
  void acceptContent(Id source);

  JobQueue& jobs_;
  ProjectSession& session_;
  QWidget* window_;
};

}  // namespace lineament::app
