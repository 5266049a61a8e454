// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace lineament::app {

// Waits until a window has painted its first frame and the event loop has nothing left to do, then
// prints the milliseconds since the process was started and ends the application.
class StartupWatch : public QObject {
  Q_OBJECT

 public:
  // `started` is a time of the monotonic clock in nanoseconds, taken by whoever started the
  // process; 0: take the system's own note of it, which is exact to 10 ms.
  explicit StartupWatch(long long started);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void finish();

  long long started_;
  bool painted_ = false;
};

long long monotonicNanoseconds();

}  // namespace lineament::app
