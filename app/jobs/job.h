// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/jobs/time_left.h"
#include "core/base/context.h"

namespace lineament::app {

// What work may say from any thread while it runs, and what the window's thread reads of it.
class JobVoice {
 public:
  struct LogLine {
    Context::Severity severity = Context::Severity::information;
    std::string line;
  };
  struct Snapshot {
    double fraction = 0;
    std::string doing;
    std::size_t said = 0;  // grows with each word, so that "nothing new" is cheap to see
  };

  // The context whose progress and log arrive here and whose stop token this voice's source ends.
  static Context contextOf(const std::shared_ptr<JobVoice>& voice);

  void requestStop() { stop_.request_stop(); }
  bool stopRequested() const { return stop_.stop_requested(); }
  Snapshot snapshot() const;
  std::vector<LogLine> log() const;

 private:
  void progressed(double fraction, std::string_view doing);
  void logged(Context::Severity severity, std::string_view line);

  mutable std::mutex mutex_;
  std::stop_source stop_;
  Snapshot now_;
  std::vector<LogLine> log_;
};

// One piece of work as the window sees it. Lives on the window's thread, owned by its JobQueue,
// which deletes it after finished().
class Job : public QObject {
  Q_OBJECT

 public:
  enum class State { waiting, running, done, failed, cancelled };

  Job(QString title, QStringList depends_on, bool cancellable, QObject* parent);

  const QString& title() const { return title_; }
  const QStringList& dependsOn() const { return depends_on_; }  // ids of the data it works on
  State state() const { return state_; }
  bool over() const { return state_ != State::waiting && state_ != State::running; }
  double fraction() const { return shown_.fraction; }  // 0 to 1
  QString doing() const { return QString::fromStdString(shown_.doing); }
  std::optional<double> secondsLeft() const { return time_left_.seconds(); }
  double seconds() const;  // since it started running; 0 while it waits
  bool cancelling() const { return !over() && voice_->stopRequested(); }
  std::vector<JobVoice::LogLine> log() const { return voice_->log(); }

  bool cancellable() const { return cancellable_; }
  void cancel();  // does nothing to one that is not cancellable

 Q_SIGNALS:
  void started();
  void progressed();  // at most twenty times a second
  void cancelAsked();
  void finished();

 private:
  friend class JobQueue;
  void begin();
  void look();  // takes over what the work has said since the last look
  void end(State state);

  QString title_;
  QStringList depends_on_;
  bool cancellable_;
  State state_ = State::waiting;
  std::shared_ptr<JobVoice> voice_ = std::make_shared<JobVoice>();
  JobVoice::Snapshot shown_;
  QElapsedTimer clock_;
  double seconds_ = 0;
  TimeLeft time_left_;
};

}  // namespace lineament::app
