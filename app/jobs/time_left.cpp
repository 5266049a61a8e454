// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/time_left.h"

#include <cmath>

namespace lineament::app {
namespace {

constexpr std::size_t kSamples = 400;
constexpr double kSecondsBeforeSaying = 2.0;
constexpr double kLeastFraction = 0.02;
constexpr double kAgreement = 0.35;  // relative difference of the two paces

}  // namespace

void TimeLeft::observe(double seconds, double fraction) {
  if (!samples_.empty() && fraction < samples_.back().fraction) samples_.clear();
  samples_.push_back({seconds, fraction});
  if (samples_.size() > kSamples) samples_.pop_front();
}

std::optional<double> TimeLeft::seconds() const {
  if (samples_.size() < 3) return std::nullopt;
  const Sample& first = samples_.front();
  const Sample& middle = samples_[samples_.size() / 2];
  const Sample& last = samples_.back();
  if (last.seconds < kSecondsBeforeSaying || last.fraction < kLeastFraction) return std::nullopt;
  if (last.seconds <= middle.seconds || last.fraction <= middle.fraction) return std::nullopt;

  const double whole = (last.fraction - first.fraction) / (last.seconds - first.seconds);
  const double recent = (last.fraction - middle.fraction) / (last.seconds - middle.seconds);
  if (std::abs(recent - whole) > kAgreement * whole) return std::nullopt;
  return (1.0 - last.fraction) / recent;
}

}  // namespace lineament::app
