// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace lineament {

enum class Device { cpu, cuda };
std::string_view name(Device device);

// What long work is given and may say: who can stop it, whom it tells how far it is, from which
// seed it draws, on which device and how many threads it runs. Cheap to copy; safe to use from
// any thread. A default Context never stops, says nothing, and runs on the CPU with all threads.
class Context {
 public:
  using Progress = std::function<void(double fraction, std::string_view doing)>;
  enum class Severity { information, warning };
  using Log = std::function<void(Severity severity, std::string_view line)>;

  std::stop_token stop;
  Progress progress;  // fraction in [0, 1]; called from any thread, so it has to be safe for that
  Log log;
  std::uint64_t seed = 0;
  Device device = Device::cpu;
  int threads = 0;  // 0: as many as the machine has

  bool stopRequested() const { return stop.stop_requested(); }

  // To be called at least every 50 ms of work. Throws Cancelled when the work should end,
  // otherwise passes the progress on. `doing` is a short phrase ("Reading rows"), or empty to keep
  // the last one.
  void checkpoint(double fraction, std::string_view doing = {}) const;

  // The context of a part of the work: its progress from 0 to 1 is the whole's from `from` to `to`.
  Context part(double from, double to) const;

  void note(std::string_view line) const;  // a line of the run's log
  void warn(std::string_view line) const;  // the same, and shown to the person
};

}  // namespace lineament
