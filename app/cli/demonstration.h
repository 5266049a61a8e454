// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace lineament::app::cli {

// A published claim as a run that anyone can do again: a JSON file with
//   title     what it is called
//   claim     what it should show, with its source and how it was made smaller
//   analysis, seed, parameters   the run, as in run.json
//   expected  metric -> {"at_least": x} and {"at_most": x}
struct Demonstration {
  struct Bounds {
    double lowest, highest;
  };
  std::string title, claim, analysis;
  std::uint64_t seed = 0;
  nlohmann::json parameters;
  std::map<std::string, Bounds> expected;
};

// Error "demonstration.malformed" names what is missing.
Demonstration readDemonstration(const std::filesystem::path& path);

// One expectation beside what was found; a metric that was not made is a miss.
struct Expectation {
  std::string metric;
  double found;
  Demonstration::Bounds bounds;
  bool met;
};
std::vector<Expectation> compared(const Demonstration& demonstration,
                                  const std::map<std::string, double>& metrics);

}  // namespace lineament::app::cli
