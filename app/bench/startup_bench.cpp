// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/bench.h"
#include "app/bench/startup_watch.h"
#include "app/bench/window_program.h"
#include "core/base/error.h"

namespace lineament::app {

namespace {

constexpr ErrorText kFailed{"bench.startup", "Measure how fast the window starts",
                            "no window was painted", "",
                            "Start the program by itself to see what is wrong"};

constexpr int kStarts = 11;  // two of them to warm up
constexpr int kPatienceMs = 60'000;

double startMilliseconds() {
  const QString started = QString::number(monotonicNanoseconds());
  const QByteArray said = outputOfWindow({"--measure-startup", started}, kPatienceMs);
  bool number = false;
  const double milliseconds = said.trimmed().toDouble(&number);
  if (!number) throw Error(kFailed);
  return milliseconds;
}

}  // namespace

std::vector<Measurement> benchStartup(const BenchSettings& settings) {
  std::vector<double> times;
  for (int i = 0; i < kStarts; ++i) {
    settings.context.checkpoint(i / double{kStarts}, "Starting the window");
    const double milliseconds = startMilliseconds();
    if (i >= 2) times.push_back(milliseconds);
  }
  return {{"startup.usable", median(times), "ms"}};
}

}  // namespace lineament::app
