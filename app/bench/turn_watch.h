// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QElapsedTimer>
#include <QSocketNotifier>
#include <string>
#include <thread>
#include <vector>

#include "core/base/json.h"

namespace lineament::app {

long long threadNanoseconds();  // that this thread has had on a processor

// What the event loop of a window was busy with, and how long.
class TurnWatch {
 public:
  struct Turn {
    double milliseconds = 0;
    double processor = 0;  // of them on the processor; the rest waited for something
    std::string doing;     // "UpdateRequest to QWidgetWindow; 12.0 of it Paint to TableView"
  };
  struct Phase {
    std::string name;
    std::vector<double> waits;  // milliseconds until the loop came to an input that was ready
    std::vector<Turn> longest;  // events from their beginning to their end, the longest first
    double reached = 0;         // milliseconds until reached() was called, if it was
  };

  void beginPhase(const std::string& name);
  void endPhase() { open_ = false; }
  void reached();  // what the phase is about is on the screen
  const std::vector<Phase>& phases() const { return phases_; }

  // Called around each event, nested ones too.
  void eventBegins() { ++depth_; }
  void eventEnds(const Turn& turn);
  void waited(
      long long since);  // nanoseconds of the monotonic clock; what began before is left out

 private:
  int depth_ = 0;
  bool open_ = false;
  long long begun_ = 0;  // the present phase
  Turn inner_;           // the longest event inside the present one
  std::vector<Phase> phases_;
};

// A list of phases: "name", "waits", "longest" ("milliseconds", "processor", "doing"), "reached".
nlohmann::json toJson(const TurnWatch& watch);

// An application that tells a TurnWatch of every event, and from another thread makes an input
// ready every few milliseconds to see how long it waits: as long as a key press would.
class WatchedApplication : public QApplication {
 public:
  WatchedApplication(int& count, char** words);
  ~WatchedApplication() override;

  bool notify(QObject* receiver, QEvent* event) override;
  TurnWatch& watch() { return watch_; }

 private:
  void answer();
  void ask(const std::stop_token& stop) const;

  TurnWatch watch_;
  int asked_ = -1;   // pipe: the end that is read
  int asking_ = -1;  // and the one that is written
  std::unique_ptr<QSocketNotifier> notifier_;
  std::jthread asker_;
};

}  // namespace lineament::app
