// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/bench.h"

#include <fmt/ranges.h>

#include "core/base/error.h"

namespace lineament::app {

namespace {

constexpr ErrorText kNoBench{"bench.unknown", "Run the benchmark '{name}'",
                             "there is none of that name", "", "Choose from {names}"};

}  // namespace

const std::vector<Bench>& benches() {
  static const std::vector<Bench> all = {
      {"startup", "From the start of the process to a usable window", benchStartup},
      {"csv", "Reading a CSV file of 1,000,000 rows and 20 numeric columns", benchCsv},
      {"shap", "SHAP values: all coalitions of 12 features, 2,048 of 100", benchShap},
      {"sequence", "Sequence mechanisms: error, forward, backward, decoding", benchSequence},
  };
  return all;
}

const Bench& requireBench(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Bench& bench : benches()) {
    if (bench.name == name) return bench;
    names.push_back(bench.name);
  }
  throw Error::usage(kNoBench,
                     {{"name", name}, {"names", fmt::format("{}", fmt::join(names, ", "))}});
}

}  // namespace lineament::app
