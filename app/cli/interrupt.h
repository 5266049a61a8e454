// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <thread>

namespace lineament::app::cli {

// While it lives, Ctrl-C (SIGINT) and SIGTERM ask the work to stop instead of ending the process,
// so that nothing half-written stays behind. A second one ends the process at once. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait();

  std::stop_source source_;
  int pipe_[2] = {-1, -1};
  std::jthread waiter_;
};

}  // namespace lineament::app::cli
