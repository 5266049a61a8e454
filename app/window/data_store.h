// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <functional>

#include "app/window/project_session.h"
#include "core/data/data.h"

namespace lineament::app {

// The data of the project's sources and results as far as they have been looked at: loaded in jobs,
// kept while there is room for them.
class DataStore : public QObject {
  Q_OBJECT

 public:
  DataStore(JobQueue& jobs, ProjectSession& session, QObject* parent);

  // Calls `done` with the data: at once when they are here, else after a job has loaded them.
  void load(Id id, QObject* receiver, std::function<void(const Data&)> done);
  void keep(Id id, const Data& data);  // what has just been read
  void forget(Id id);

 Q_SIGNALS:
  void failed(lineament::project::Id id, const lineament::Error& error);

 private:
  struct Waiting {
    QPointer<QObject> receiver;
    std::function<void(const Data&)> done;
  };
  void start(Id id);
  void arrived(Id id, const Outcome<Data>& outcome);

  JobQueue& jobs_;
  ProjectSession& session_;
  QHash<Id, Data> data_;
  QList<Id> used_;  // oldest first
  QHash<Id, QList<Waiting>> waiting_;
};

// The name of a source, or of a result with its run: "piles.csv", "Ridge: Predictions".
QString nameOf(const project::Project& project, Id id);
QString nameOf(const project::Run& run, const project::Result& result);

}  // namespace lineament::app
