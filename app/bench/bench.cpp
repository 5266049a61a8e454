// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/bench.h"

#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/sequence/registry.h"

namespace lineament::app {

namespace {

constexpr ErrorText kNoBench{"bench.unknown", "Run the benchmark '{name}'",
                             "there is none of that name", "", "Choose from {names}"};

}  // namespace

const std::vector<Bench>& benches() {
  static const std::vector<Bench> all = [] {
    std::vector<Bench> list = {
        {"startup", "From the start of the process to a usable window", benchStartup},
        {"frames", "How long the window is away while it is used and works", benchFrames},
        {"attention",
         "The attention view: 144 heads of 2,048 tokens, one of 32,768, one of 1,048,576",
         benchAttention},
        {"checkpoints", "Listing 2,000 tensors of 10 GB, in one file and in five shards",
         benchCheckpoints},
        {"csv", "Reading a CSV file of 1,000,000 rows and 20 numeric columns", benchCsv},
        {"kmeans", "Ten iterations of k-means on 10,000,000 points of 12 features", benchKMeans},
        {"autoencoder", "An epoch of an autoencoder: large batches, and the published small ones",
         benchAutoencoder},
        {"language",
         "Reading a prompt and writing behind it: small GPT-2 and Mamba, random weights",
         benchLanguage},
        {"map", "From a scene to a map by stacked autoencoders and k-means, files and all",
         benchMap},
        {"shap", "SHAP values: all coalitions of 12 features, 2,048 of 100", benchShap}};
    for (const sequence::Mechanism* mechanism : sequence::mechanisms()) {
      list.push_back(
          {fmt::format("sequence.{}", mechanism->description().id),
           fmt::format("{}: error, forward, backward, decoding", mechanism->description().title),
           [mechanism](const BenchSettings& settings) {
             return benchMechanism(*mechanism, settings);
           }});
    }
    return list;
  }();
  return all;
}

std::vector<Bench> benchesNamed(std::string_view name) {
  const std::string group = fmt::format("{}.", name);
  std::vector<Bench> found;
  std::vector<std::string_view> names;
  for (const Bench& bench : benches()) {
    if (bench.name == name || bench.name.starts_with(group)) found.push_back(bench);
    names.push_back(bench.name);
  }
  if (!found.empty()) return found;
  throw Error::usage(kNoBench,
                     {{"name", name}, {"names", fmt::format("{}", fmt::join(names, ", "))}});
}

}  // namespace lineament::app
