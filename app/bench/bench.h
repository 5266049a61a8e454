// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "app/bench/ceilings.h"
#include "app/bench/measurement.h"
#include "core/base/context.h"

namespace lineament::app {

struct BenchSettings {
  std::filesystem::path peer_python;  // empty: no peers
  int pairs = 9;
  Ceilings ceilings;
  Context context;
};

// One benchmark; `lineament bench` runs all of them, or those that are named.
struct Bench {
  std::string_view name;
  std::string_view what;
  std::vector<Measurement> (*run)(const BenchSettings& settings);
};

const std::vector<Bench>& benches();
const Bench& requireBench(std::string_view name);  // Error (usage) with the names there are

std::vector<Measurement> benchStartup(const BenchSettings& settings);
std::vector<Measurement> benchCsv(const BenchSettings& settings);
std::vector<Measurement> benchShap(const BenchSettings& settings);
std::vector<Measurement> benchSequence(const BenchSettings& settings);

}  // namespace lineament::app
