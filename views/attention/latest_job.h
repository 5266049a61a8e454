// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <memory>
#include <utility>

#include "views/common/background.h"

namespace lineament::views {

// Work in the background of which only the latest counts: what was started before it is cancelled,
// and its end is not heard of.
class LatestJob {
 public:
  LatestJob() = default;
  ~LatestJob() { stop(); }
  LatestJob(const LatestJob&) = delete;
  LatestJob& operator=(const LatestJob&) = delete;

  bool running() const { return static_cast<bool>(cancel_); }

  void stop() {
    if (cancel_) cancel_();
    cancel_ = nullptr;
    ++*number_;
  }

  void start(Background& background, const QString& title, Background::Work work, QObject* receiver,
             Background::Ended ended) {
    stop();
    const int number = *number_;
    cancel_ = background.start(title, std::move(work), receiver,
                               [this, number, counter = number_,
                                ended = std::move(ended)](const Outcome<Nothing>& outcome) {
                                 if (number != *counter) return;
                                 cancel_ = nullptr;
                                 ended(outcome);
                               });
  }

 private:
  Background::Cancel cancel_;
  std::shared_ptr<int> number_ = std::make_shared<int>(0);  // outlives this, for late ends
};

}  // namespace lineament::views
