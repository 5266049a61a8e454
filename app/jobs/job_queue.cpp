// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job_queue.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace lineament::app {
namespace {

constexpr int kLookEveryMs = 50;
constexpr int kSlots[4] = {1, 2, 2, 1};  // by lane: runs, aside, views, changes

// The window's thread gets a core when it wants one, however many threads work. Linux has a
// niceness per thread, which threads hand on to those they start, so that those of oneTBB have it
// too; Qt's thread priorities mean nothing there.
void stepBehindTheWindow() {
  constexpr int kNicer = 10;  // at 5 single frames waited 40 ms for two busy cores
  thread_local const bool done = [] {
    const auto thread = static_cast<id_t>(::gettid());
    errno = 0;
    const int now = ::getpriority(PRIO_PROCESS, thread);
    return errno == 0 && ::setpriority(PRIO_PROCESS, thread, now + kNicer) == 0;
  }();
  static_cast<void>(done);
}

std::size_t slot(Lane lane) {
  return static_cast<std::size_t>(lane);
}

}  // namespace

JobQueue::JobQueue(QObject* parent) : QObject(parent) {
  pool_.setMaxThreadCount(kSlots[0] + kSlots[1] + kSlots[2] + kSlots[3]);
  looking_.setInterval(kLookEveryMs);
  connect(&looking_, &QTimer::timeout, this, &JobQueue::look);
}

JobQueue::~JobQueue() {
  // Nobody hears of these any more: the outcomes stay undelivered.
  for (Job* job : std::as_const(jobs_)) job->cancel();
  pool_.waitForDone();
  for (const auto& task : waiting_) {
    if (task->lane == Lane::change) task->work(Context());
  }
}

void JobQueue::cancelAll() {
  const QList<Job*> all = jobs_;  // cancelling a waiting job changes the list
  for (Job* job : all) job->cancel();
}

void JobQueue::cancelDependingOn(const QString& data_id) {
  const QList<Job*> all = jobs_;
  for (Job* job : all) {
    if (job->dependsOn().contains(data_id)) job->cancel();
  }
}

Job::State JobQueue::stateOf(std::size_t outcome_index) {
  constexpr Job::State states[] = {Job::State::done, Job::State::cancelled, Job::State::failed};
  return states[outcome_index];
}

Job* JobQueue::enqueue(JobRequest request, Task task) {
  auto* job = new Job(std::move(request.title), std::move(request.depends_on),
                      request.lane != Lane::change, this);
  task.job = job;
  task.lane = request.lane;
  jobs_.append(job);
  waiting_.push_back(std::make_shared<Task>(std::move(task)));
  // Queued, so that whoever cancels does not find the job finished inside the call.
  connect(
      job, &Job::cancelAsked, this, [this, job] { dropWaiting(job); }, Qt::QueuedConnection);
  Q_EMIT jobAdded(job);
  launchWhatFits();
  return job;
}

void JobQueue::launchWhatFits() {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const std::size_t lane = slot((*next)->lane);
    if (running_[lane] >= kSlots[lane]) {
      ++next;
      continue;
    }
    ++running_[lane];
    const std::shared_ptr<Task> task = *next;
    next = waiting_.erase(next);
    launch(task);
  }
}

void JobQueue::launch(const std::shared_ptr<Task>& task) {
  task->job->begin();
  if (!looking_.isActive()) looking_.start();
  pool_.start([this, task, context = JobVoice::contextOf(task->job->voice_)] {
    stepBehindTheWindow();
    task->work(context);
    QMetaObject::invokeMethod(
        this,
        [this, task] {
          --running_[slot(task->lane)];
          finish(*task);
          launchWhatFits();
        },
        Qt::QueuedConnection);
  });
}

void JobQueue::dropWaiting(Job* job) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [job](const auto& task) { return task->job == job; });
  if (found == waiting_.end()) return;
  const std::shared_ptr<Task> task = *found;
  waiting_.erase(found);
  finish(*task);
}

void JobQueue::finish(Task& task) {
  auto delivery = settle(task.deliver);
  const Error* failure = errorOf(delivery);
  const Job::State* state = valueOf(delivery);
  jobs_.removeOne(task.job);
  task.job->end(state ? *state : Job::State::failed);
  Q_EMIT jobRemoved(task.job);
  task.job->deleteLater();
  if (failure) Q_EMIT deliveryFailed(*failure);
  if (!jobs_.isEmpty()) return;
  looking_.stop();
  Q_EMIT becameIdle();
}

void JobQueue::look() {
  for (Job* job : std::as_const(jobs_)) {
    if (job->state() == Job::State::running) job->look();
  }
}

}  // namespace lineament::app
