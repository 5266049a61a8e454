// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/bench/ceilings.h"
#include "app/bench/measurement.h"
#include "core/base/context.h"
#include "core/sequence/mechanism.h"

namespace lineament::app {

struct BenchSettings {
  std::filesystem::path peer_python;  // empty: no peers
  int pairs = 9;
  Ceilings ceilings;
  Context context;
};

// One benchmark; `lineament bench` runs all of them, or those that are named.
struct Bench {
  std::string name;
  std::string what;
  std::function<std::vector<Measurement>(const BenchSettings& settings)> run;
};

const std::vector<Bench>& benches();
// The one of that name, or all whose name goes on after it: "sequence" is every "sequence.ID".
// Error (usage) with the names there are.
std::vector<Bench> benchesNamed(std::string_view name);

std::vector<Measurement> benchStartup(const BenchSettings& settings);
std::vector<Measurement> benchFrames(const BenchSettings& settings);
std::vector<Measurement> benchAttention(const BenchSettings& settings);
std::vector<Measurement> benchCheckpoints(const BenchSettings& settings);
std::vector<Measurement> benchCsv(const BenchSettings& settings);
std::vector<Measurement> benchKMeans(const BenchSettings& settings);
std::vector<Measurement> benchAutoencoder(const BenchSettings& settings);
std::vector<Measurement> benchLanguage(const BenchSettings& settings);
std::vector<Measurement> benchMap(const BenchSettings& settings);
std::vector<Measurement> benchShap(const BenchSettings& settings);
std::vector<Measurement> benchMechanism(const sequence::Mechanism& mechanism,
                                        const BenchSettings& settings);

}  // namespace lineament::app
