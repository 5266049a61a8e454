// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QProcess>

#include "app/bench/bench.h"
#include "app/bench/startup_watch.h"
#include "core/base/error.h"

namespace lineament::app {

namespace {

constexpr ErrorText kNoDisplay{"bench.display", "Measure how fast the window starts",
                               "there is no display", "",
                               "Run it in a desktop session, or under xvfb-run"};
constexpr ErrorText kFailed{"bench.startup", "Measure how fast the window starts", "{reason}", "",
                            "Start the program by itself to see what is wrong"};

constexpr int kStarts = 11;  // two of them to warm up
constexpr int kPatienceMs = 60'000;

double startMilliseconds() {
  QProcess program;
  program.setProgram(QCoreApplication::applicationFilePath());
  program.setArguments({"--measure-startup", QString::number(monotonicNanoseconds())});
  program.start();
  const bool ended = program.waitForFinished(kPatienceMs);
  bool number = false;
  const double milliseconds = program.readAllStandardOutput().trimmed().toDouble(&number);
  if (ended && number) return milliseconds;
  program.kill();
  program.waitForFinished();
  const QString said = QString::fromUtf8(program.readAllStandardError()).trimmed();
  const QString reason = program.exitStatus() == QProcess::CrashExit ? QStringLiteral("it crashed")
                         : said.isEmpty() ? QStringLiteral("no window was painted")
                                          : said.section('\n', -1);
  throw Error(kFailed, {{"reason", reason.toStdString()}});
}

}  // namespace

std::vector<Measurement> benchStartup(const BenchSettings& settings) {
  if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")) {
    throw Error(kNoDisplay);
  }
  std::vector<double> times;
  for (int i = 0; i < kStarts; ++i) {
    settings.context.checkpoint(i / double{kStarts}, "Starting the window");
    const double milliseconds = startMilliseconds();
    if (i >= 2) times.push_back(milliseconds);
  }
  return {{"startup.usable", median(times), "ms"}};
}

}  // namespace lineament::app
