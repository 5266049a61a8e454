// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/turn_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <QEvent>
#include <QMetaEnum>
#include <algorithm>
#include <array>
#include <chrono>

#include "app/bench/startup_watch.h"

namespace lineament::app {

namespace {

constexpr std::size_t kKept = 5;    // longest turns of a phase
constexpr double kWorthNaming = 2;  // milliseconds
constexpr std::chrono::milliseconds kAskEvery{5};

std::string nameOf(const QObject& receiver, int type) {
  const char* event = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
  std::string name = receiver.metaObject()->className();
  name.erase(0, name.rfind(':') + 1);  // without its namespace
  return fmt::format("{} to {} {}", event ? event : std::to_string(type), name,
                     receiver.objectName().toStdString());
}

}  // namespace

long long threadNanoseconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return used.tv_sec * 1'000'000'000LL + used.tv_nsec;
}

void TurnWatch::beginPhase(const std::string& name) {
  phases_.push_back({name, {}, {}, 0});
  open_ = true;
  begun_ = monotonicNanoseconds();
}

void TurnWatch::reached() {
  phases_.back().reached = static_cast<double>(monotonicNanoseconds() - begun_) / 1e6;
}

void TurnWatch::eventEnds(const Turn& turn) {
  const bool outermost = --depth_ == 0;
  if (!outermost) {
    if (depth_ == 1 && turn.milliseconds > inner_.milliseconds) inner_ = turn;
    return;
  }
  const Turn inner = std::exchange(inner_, {});
  if (!open_ || turn.milliseconds < kWorthNaming) return;
  std::vector<Turn>& longest = phases_.back().longest;
  Turn noted = turn;
  if (inner.milliseconds > turn.milliseconds / 4) {
    noted.doing += fmt::format("; {:.1f} of it {}", inner.milliseconds, inner.doing);
  }
  const auto place = std::find_if(longest.begin(), longest.end(), [&](const Turn& kept) {
    return kept.milliseconds < noted.milliseconds;
  });
  longest.insert(place, std::move(noted));
  if (longest.size() > kKept) longest.pop_back();
}

void TurnWatch::waited(long long since) {
  if (!open_ || since < begun_) return;
  phases_.back().waits.push_back(static_cast<double>(monotonicNanoseconds() - since) * 1e-6);
}

nlohmann::json toJson(const TurnWatch& watch) {
  nlohmann::json phases = nlohmann::json::array();
  for (const TurnWatch::Phase& phase : watch.phases()) {
    nlohmann::json longest = nlohmann::json::array();
    for (const TurnWatch::Turn& turn : phase.longest) {
      longest.push_back({{"milliseconds", turn.milliseconds},
                         {"processor", turn.processor},
                         {"doing", turn.doing}});
    }
    phases.push_back({{"name", phase.name},
                      {"waits", phase.waits},
                      {"longest", longest},
                      {"reached", phase.reached}});
  }
  return phases;
}

WatchedApplication::WatchedApplication(int& count, char** words) : QApplication(count, words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) qFatal("no pipe");
  asked_ = ends[0];
  asking_ = ends[1];
  notifier_ = std::make_unique<QSocketNotifier>(asked_, QSocketNotifier::Read);
  connect(notifier_.get(), &QSocketNotifier::activated, this, &WatchedApplication::answer);
  asker_ = std::jthread([this](const std::stop_token& stop) { ask(stop); });
}

WatchedApplication::~WatchedApplication() {
  asker_.request_stop();
  asker_.join();
  notifier_.reset();
  ::close(asked_);
  ::close(asking_);
}

void WatchedApplication::ask(const std::stop_token& stop) const {
  while (!stop.stop_requested()) {
    const long long now = monotonicNanoseconds();
    if (::write(asking_, &now, sizeof now) != sizeof now) return;
    std::this_thread::sleep_for(kAskEvery);
  }
}

void WatchedApplication::answer() {
  // All that came up while the loop was away.
  std::array<long long, 4096> asked;
  const ssize_t bytes = ::read(asked_, asked.data(), sizeof asked);
  for (ssize_t i = 0; i < bytes / ssize_t{sizeof(long long)}; ++i) {
    watch_.waited(asked[static_cast<std::size_t>(i)]);
  }
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event) {
  // The receiver may be gone when its event has been dealt with.
  TurnWatch::Turn turn{0, 0, nameOf(*receiver, event->type())};
  watch_.eventBegins();
  const long long begun = monotonicNanoseconds(), used = threadNanoseconds();
  const bool accepted = QApplication::notify(receiver, event);
  turn.milliseconds = static_cast<double>(monotonicNanoseconds() - begun) * 1e-6;
  turn.processor = static_cast<double>(threadNanoseconds() - used) * 1e-6;
  watch_.eventEnds(turn);
  return accepted;
}

}  // namespace lineament::app
