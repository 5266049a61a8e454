// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace lineament::app::cli {

namespace {

// A handler may do next to nothing, and the signal may arrive on any thread (BLAS libraries start
// their own before main): it writes the number into a pipe, and a thread of ours does the rest.
std::atomic<int> signal_pipe{-1};

extern "C" void passOn(int number) {
  const auto byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const ssize_t written = ::write(signal_pipe.load(), &byte, 1);
}

void setHandler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  if (::pipe2(pipe_, O_CLOEXEC) != 0) return;  // then the signals end the process, as before
  signal_pipe = pipe_[1];
  waiter_ = std::jthread([this] { wait(); });
  setHandler(passOn);
}

Interrupt::~Interrupt() {
  if (!waiter_.joinable()) return;
  setHandler(SIG_DFL);
  passOn(0);
  waiter_.join();
  ::close(pipe_[0]);
  ::close(pipe_[1]);
}

void Interrupt::wait() {
  for (unsigned char number = 0; ::read(pipe_[0], &number, 1) == 1 && number != 0;) {
    // 128 + the signal's number is what a shell reports for a process that a signal ended.
    if (!source_.request_stop()) ::_exit(128 + number);
  }
}

}  // namespace lineament::app::cli
