// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "app/jobs/job.h"
#include "core/base/outcome.h"

namespace lineament::app {

// Runs go one at a time, for each uses the whole machine; reading, drawing and writing go beside
// them, a few at a time, so that a file opens while a network trains; what a view that is being
// looked at asks for waits for neither. Changes of the document go one at a time in the order they
// were asked for, and are never cancelled.
enum class Lane { run, aside, view, change };

struct JobRequest {
  QString title;  // as the status bar names it: "ridge", "Open piles.csv"
  Lane lane = Lane::aside;
  QStringList depends_on;  // removing one of these data cancels the job
};

// Runs work off the window's thread and hands its outcome back on it. All members are for the
// window's thread. Destroying it cancels everything but changes, and waits for these and for the
// work in hand to end.
class JobQueue : public QObject {
  Q_OBJECT

 public:
  explicit JobQueue(QObject* parent = nullptr);
  ~JobQueue() override;

  // Calls work(context) on a pool thread, then done(outcome) here, unless `receiver` is gone by
  // then. The job is deleted after its finished().
  template <class Work, class Done>
  Job* start(JobRequest request, Work work, QObject* receiver, Done done) {
    using Result = decltype(settle(work, std::declval<const Context&>()));
    auto outcome = std::make_shared<std::unique_ptr<Result>>();
    Task task;
    task.work = [work = std::move(work), outcome](const Context& context) mutable {
      *outcome = std::make_unique<Result>(settle(work, context));
    };
    task.deliver = [outcome, done = std::move(done),
                    guard = QPointer<QObject>(receiver)]() mutable {
      if (!*outcome) *outcome = std::make_unique<Result>(std::in_place_index<1>);
      const auto state = stateOf((*outcome)->index());
      if (guard) done(std::move(**outcome));
      return state;
    };
    return enqueue(std::move(request), std::move(task));
  }

  const QList<Job*>& jobs() const { return jobs_; }  // waiting and running, oldest first
  bool idle() const { return jobs_.isEmpty(); }
  void cancelAll();
  void cancelDependingOn(const QString& data_id);

 Q_SIGNALS:
  void jobAdded(lineament::app::Job* job);
  void jobRemoved(lineament::app::Job* job);  // after its finished()
  void becameIdle();
  void deliveryFailed(const lineament::Error& error);  // what `done` threw

 private:
  struct Task {
    Job* job = nullptr;
    Lane lane = Lane::aside;
    std::function<void(const Context&)> work;  // never throws
    std::function<Job::State()> deliver;       // calls `done`; what that throws passes through
  };

  static Job::State stateOf(std::size_t outcome_index);
  Job* enqueue(JobRequest request, Task task);
  void launchWhatFits();
  void launch(const std::shared_ptr<Task>& task);
  void dropWaiting(Job* job);
  void finish(Task& task);
  void look();

  QThreadPool pool_;
  QTimer looking_;
  QList<Job*> jobs_;
  std::vector<std::shared_ptr<Task>> waiting_;
  int running_[4] = {0, 0, 0, 0};  // by lane
};

}  // namespace lineament::app
