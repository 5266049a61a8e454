// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job_list_model.h"

#include "app/jobs/job_queue.h"

namespace lineament::app {

JobListModel::JobListModel(JobQueue& queue, QObject* parent) : QAbstractListModel(parent) {
  for (Job* job : queue.jobs()) add(job);
  connect(&queue, &JobQueue::jobAdded, this, &JobListModel::add);
  connect(&queue, &JobQueue::jobRemoved, this, &JobListModel::remove);
}

int JobListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(jobs_.size());
}

QVariant JobListModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= jobs_.size()) return {};
  const Job& job = *jobs_[index.row()];
  switch (role) {
    case Qt::DisplayRole:
      return job.title();
    case fractionRole:
      return job.fraction();
    case doingRole:
    case Qt::ToolTipRole:
      return job.doing();
    case secondsLeftRole: {
      const std::optional<double> left = job.secondsLeft();
      return left ? QVariant(*left) : QVariant();
    }
    case stateRole:
      return static_cast<int>(job.state());
    case jobRole:
      return QVariant::fromValue(jobs_[index.row()]);
    default:
      return {};
  }
}

void JobListModel::add(Job* job) {
  const int row = static_cast<int>(jobs_.size());
  beginInsertRows({}, row, row);
  jobs_.append(job);
  endInsertRows();
  connect(job, &Job::started, this, [this, job] { changed(job); });
  connect(job, &Job::progressed, this, [this, job] { changed(job); });
  connect(job, &Job::cancelAsked, this, [this, job] { changed(job); });
}

void JobListModel::remove(Job* job) {
  const auto row = static_cast<int>(jobs_.indexOf(job));
  if (row < 0) return;
  beginRemoveRows({}, row, row);
  jobs_.removeAt(row);
  endRemoveRows();
}

void JobListModel::changed(Job* job) {
  const auto row = static_cast<int>(jobs_.indexOf(job));
  if (row < 0) return;
  Q_EMIT dataChanged(index(row), index(row));
}

}  // namespace lineament::app
