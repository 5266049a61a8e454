// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/job.h"

#include <algorithm>
#include <utility>

namespace lineament::app {
namespace {

constexpr std::size_t kLongestLog = 10'000;  // lines; a chatty run must not fill the memory

}  // namespace

Context JobVoice::contextOf(const std::shared_ptr<JobVoice>& voice) {
  Context context;
  context.stop = voice->stop_.get_token();
  context.progress = [voice](double fraction, std::string_view doing) {
    voice->progressed(fraction, doing);
  };
  context.log = [voice](Context::Severity severity, std::string_view line) {
    voice->logged(severity, line);
  };
  return context;
}

JobVoice::Snapshot JobVoice::snapshot() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

std::vector<JobVoice::LogLine> JobVoice::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

void JobVoice::progressed(double fraction, std::string_view doing) {
  const std::lock_guard lock(mutex_);
  now_.fraction = std::clamp(fraction, 0.0, 1.0);
  if (!doing.empty()) now_.doing = doing;
  ++now_.said;
}

void JobVoice::logged(Context::Severity severity, std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (log_.size() < kLongestLog) log_.push_back({severity, std::string(line)});
  ++now_.said;
}

Job::Job(QString title, QStringList depends_on, bool cancellable, QObject* parent)
    : QObject(parent),
      title_(std::move(title)),
      depends_on_(std::move(depends_on)),
      cancellable_(cancellable) {}

double Job::seconds() const {
  if (state_ == State::waiting) return 0;
  return over() ? seconds_ : 1e-3 * static_cast<double>(clock_.elapsed());
}

void Job::cancel() {
  if (!cancellable_ || over() || voice_->stopRequested()) return;
  voice_->requestStop();
  Q_EMIT cancelAsked();
}

void Job::begin() {
  state_ = State::running;
  clock_.start();
  Q_EMIT started();
}

void Job::look() {
  JobVoice::Snapshot now = voice_->snapshot();
  if (now.said == shown_.said) return;
  shown_ = std::move(now);
  time_left_.observe(seconds(), shown_.fraction);
  Q_EMIT progressed();
}

void Job::end(State state) {
  look();
  seconds_ = seconds();
  state_ = state;
  Q_EMIT finished();
}

}  // namespace lineament::app
