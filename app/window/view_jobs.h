// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job_queue.h"
#include "views/common/background.h"

namespace lineament::app {

// Makes jobs of what views have to do in the background.
class ViewJobs : public views::Background {
 public:
  explicit ViewJobs(JobQueue& jobs) : jobs_(jobs) {}

  Cancel start(const QString& title, Work work, QObject* receiver, Ended ended) override;

 private:
  JobQueue& jobs_;
};

}  // namespace lineament::app
