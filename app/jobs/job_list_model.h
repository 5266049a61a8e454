// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QList>

#include "app/jobs/job.h"

namespace lineament::app {

class JobQueue;

// The jobs that wait or run, oldest first, for lists.
class JobListModel : public QAbstractListModel {
  Q_OBJECT

 public:
  enum Role { fractionRole = Qt::UserRole, doingRole, secondsLeftRole, stateRole, jobRole };

  explicit JobListModel(JobQueue& queue, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 private:
  void add(Job* job);
  void remove(Job* job);
  void changed(Job* job);

  QList<Job*> jobs_;
};

}  // namespace lineament::app
