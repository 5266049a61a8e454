// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/job_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QProgressBar>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "app/jobs/job_queue.h"
#include "app/window/icons.h"

namespace lineament::app {
namespace {

constexpr int kNameWidth = 260;
constexpr int kBarWidth = 140;
constexpr int kShownAfterMs = 250;

int percent(const Job& job) {
  return static_cast<int>(std::lround(100 * job.fraction()));
}

QString lineOf(const Job& job) {
  if (job.cancelling()) return JobStrip::tr("%1: cancelling").arg(job.title());
  if (job.state() == Job::State::waiting) return JobStrip::tr("%1: waiting").arg(job.title());
  return job.doing().isEmpty() ? job.title() : JobStrip::tr("%1: %2").arg(job.title(), job.doing());
}

}  // namespace

QString timeLeftText(double seconds) {
  if (seconds < 90) {
    return JobStrip::tr("%1 s left").arg(std::max(1, static_cast<int>(std::lround(seconds))));
  }
  return JobStrip::tr("%1 min left").arg(static_cast<int>(std::lround(seconds / 60)));
}

JobStrip::JobStrip(JobQueue& queue, QWidget* parent) : QWidget(parent), queue_(queue) {
  name_ = new QLabel(this);
  name_->setMaximumWidth(kNameWidth);
  name_->setTextFormat(Qt::PlainText);
  bar_ = new QProgressBar(this);
  bar_->setFixedWidth(kBarWidth);
  bar_->setFixedHeight(14);
  bar_->setTextVisible(false);
  bar_->setAccessibleName(tr("Progress of the job"));
  left_ = new QLabel(this);
  left_->setForegroundRole(QPalette::PlaceholderText);
  cancel_ = new QToolButton(this);
  cancel_->setObjectName("cancel");
  cancel_->setAutoRaise(true);
  cancel_->setToolTip(tr("Cancel this job"));
  cancel_->setAccessibleName(tr("Cancel this job"));
  connect(cancel_, &QToolButton::clicked, this, [this] {
    if (Job* job = shown()) job->cancel();
  });
  count_ = new QToolButton(this);
  count_->setAutoRaise(true);
  count_->setToolTip(tr("All jobs"));
  connect(count_, &QToolButton::clicked, this, &JobStrip::openList);

  auto* line = new QHBoxLayout(this);
  line->setContentsMargins(8, 0, 8, 0);
  line->setSpacing(8);
  for (QWidget* part :
       {static_cast<QWidget*>(name_), static_cast<QWidget*>(bar_), static_cast<QWidget*>(left_),
        static_cast<QWidget*>(cancel_), static_cast<QWidget*>(count_)}) {
    line->addWidget(part);
  }
  later_.setSingleShot(true);
  later_.setInterval(kShownAfterMs);
  connect(&later_, &QTimer::timeout, this, &JobStrip::refresh);
  connect(&queue, &JobQueue::jobAdded, this, [this](Job* job) {
    for (auto signal : {&Job::started, &Job::progressed, &Job::cancelAsked}) {
      connect(job, signal, this, &JobStrip::refresh);
    }
    later_.start();
  });
  connect(&queue, &JobQueue::jobRemoved, this, &JobStrip::refresh);
  refresh();
}

// The latest one that takes a while: a person waits for the sorting just asked for, not for the
// training that has been running all along.
Job* JobStrip::shown() const {
  const QList<Job*>& jobs = queue_.jobs();
  const auto found = std::find_if(jobs.rbegin(), jobs.rend(), [](const Job* job) {
    return job->state() == Job::State::running && 1000 * job->seconds() >= kShownAfterMs;
  });
  return found == jobs.rend() ? nullptr : *found;
}

void JobStrip::refresh() {
  const Job* job = shown();
  for (QWidget* part : {static_cast<QWidget*>(name_), static_cast<QWidget*>(bar_),
                        static_cast<QWidget*>(left_), static_cast<QWidget*>(cancel_)}) {
    part->setVisible(job != nullptr);
  }
  const auto jobs = static_cast<int>(queue_.jobs().size());
  count_->setVisible(jobs > 1);
  count_->setText(tr("%n jobs", "", jobs));
  if (!job) return;
  const QString line = lineOf(*job);
  name_->setText(name_->fontMetrics().elidedText(line, Qt::ElideRight, kNameWidth));
  name_->setToolTip(line);
  // A job that has not said how far it is shows that it lives, not a false zero.
  bar_->setRange(0, job->fraction() > 0 ? 100 : 0);
  bar_->setValue(percent(*job));
  const std::optional<double> left = job->secondsLeft();
  QString words = job->fraction() > 0 ? tr("%1%").arg(percent(*job)) : QString();
  if (left) words += ' ' + timeLeftText(*left);
  left_->setText(words);
  cancel_->setIcon(lineIcon("close"));
  cancel_->setEnabled(job->cancellable() && !job->cancelling());
}

void JobStrip::openList() {
  QMenu menu(this);
  for (Job* job : queue_.jobs()) {
    const QString line = job->state() == Job::State::running
                             ? tr("%1, %2%").arg(lineOf(*job)).arg(percent(*job))
                             : lineOf(*job);
    QAction* action = menu.addAction(tr("Cancel %1").arg(line));
    action->setEnabled(job->cancellable());
    connect(action, &QAction::triggered, job, &Job::cancel);
  }
  menu.exec(count_->mapToGlobal(QPoint(0, -menu.sizeHint().height())));
}

}  // namespace lineament::app
