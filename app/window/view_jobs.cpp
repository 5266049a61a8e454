// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/view_jobs.h"

#include <utility>

namespace lineament::app {

views::Background::Cancel ViewJobs::start(const QString& title, Work work, QObject* receiver,
                                          Ended ended) {
  const QPointer<Job> job = jobs_.start({.title = title, .lane = Lane::view}, std::move(work),
                                        receiver, std::move(ended));
  return [job] {
    if (job) job->cancel();
  };
}

}  // namespace lineament::app
