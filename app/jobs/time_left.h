// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <optional>

namespace lineament::app {

// Estimates how long work will still take from how far it was when. Says nothing until the
// estimate is steady, since a number that jumps is worse than none.
class TimeLeft {
 public:
  // `seconds` since the work began, `fraction` of it done in [0, 1].
  void observe(double seconds, double fraction);

  // Seconds, once two seconds have passed and the pace of the last half agrees with the whole's.
  std::optional<double> seconds() const;

 private:
  struct Sample {
    double seconds;
    double fraction;
  };
  std::deque<Sample> samples_;
};

}  // namespace lineament::app
