// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/startup_watch.h"

#include <time.h>
#include <unistd.h>

#include <QAbstractEventDispatcher>
#include <QApplication>
#include <QEvent>
#include <QWidget>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace lineament::app {

namespace {

long long clockNanoseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Field 22 of /proc/self/stat: when the process started, in ticks since the machine did. The name
// of the program in field 2 may hold spaces, so fields are counted behind its closing bracket.
long long processStart() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t bracket = line.rfind(')');
  if (bracket == line.npos) return monotonicNanoseconds();
  std::istringstream fields(line.substr(bracket + 1));
  std::string field;
  for (int i = 3; i < 22; ++i) fields >> field;
  long long ticks = 0;
  fields >> ticks;
  const long long age =
      clockNanoseconds(CLOCK_BOOTTIME) - ticks * 1'000'000'000LL / ::sysconf(_SC_CLK_TCK);
  return monotonicNanoseconds() - age;
}

}  // namespace

long long monotonicNanoseconds() {
  return clockNanoseconds(CLOCK_MONOTONIC);
}

StartupWatch::StartupWatch(long long started) : started_(started > 0 ? started : processStart()) {
  qApp->installEventFilter(this);
  connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock, this,
          [this] {
            if (painted_) finish();
          });
}

bool StartupWatch::eventFilter(QObject* watched, QEvent* event) {
  const auto* widget = qobject_cast<QWidget*>(watched);
  if (event->type() == QEvent::Paint && widget && widget->window()->isVisible()) painted_ = true;
  return false;
}

void StartupWatch::finish() {
  const double milliseconds = static_cast<double>(monotonicNanoseconds() - started_) * 1e-6;
  painted_ = false;
  qApp->removeEventFilter(this);
  std::printf("%.1f\n", milliseconds);
  std::fflush(stdout);
  QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
}

}  // namespace lineament::app
