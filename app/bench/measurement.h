// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace lineament::app {

// What one benchmark found.
struct Measurement {
  // Times of the peer over ours, of pairs run one after the other: the median and its 95 %
  // interval (bootstrap over the pairs).
  struct Peer {
    std::string name;
    std::string version;
    double value = 0;  // in the measurement's unit
    double ratio = 0;
    double ratio_low = 0;
    double ratio_high = 0;
  };

  std::string name;  // "csv.read"
  double value = 0;
  std::string unit;
  // The least time the machine's ceilings allow, over the time it took; nothing where no such floor
  // is known.
  std::optional<double> floor_share = {};
  std::optional<Peer> peer = {};
  std::optional<double> bar = {};  // what the value is not to exceed
  std::string note = {};           // what was being done, where the number does not say it
};

nlohmann::json toJson(const Measurement& measurement);
std::string textLine(const Measurement& measurement);

double median(std::vector<double> values);  // NaN of none
// The value that `share` of them do not exceed; NaN of none.
double quantile(std::vector<double> values, double share);
double secondsOf(const std::function<void()>& work);

// Calls ours and peer in turns, after two of each to warm up; both give their own time in seconds.
// Fills `value` (our median) and `peer`.
void comparePairs(Measurement& measurement, Measurement::Peer peer, int pairs,
                  const std::function<double()>& ours, const std::function<double()>& theirs);

}  // namespace lineament::app
