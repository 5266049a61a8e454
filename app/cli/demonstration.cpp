// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/demonstration.h"

#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/io/json_text.h"

namespace lineament::app::cli {

namespace {

using nlohmann::json;

constexpr ErrorText kMalformed{"demonstration.malformed", "Read the demonstration {file}", "{what}",
                               "", "Compare it with those in the folder demonstrations"};
constexpr std::uintmax_t kLargestFile = 1 << 20;

[[noreturn]] void malformed(const std::filesystem::path& path, const std::string& what) {
  throw Error(kMalformed, {{"file", path.string()}, {"what", what}});
}

std::string textOf(const std::filesystem::path& path, const json& file, const char* member) {
  const auto found = file.find(member);
  if (found == file.end() || !found->is_string()) {
    malformed(path, fmt::format("there is no text '{}'", member));
  }
  return found->get<std::string>();
}

Demonstration::Bounds boundsOf(const std::filesystem::path& path, const std::string& metric,
                               const json& entry) {
  Demonstration::Bounds bounds{-std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::infinity()};
  const bool sound = entry.is_object() && !entry.empty();
  if (!sound) malformed(path, fmt::format("'{}' is expected without a bound", metric));
  for (const auto& [side, value] : entry.items()) {
    const bool known = side == "at_least" || side == "at_most";
    if (!known || !value.is_number()) {
      malformed(path, fmt::format("the bound '{}' of '{}' is not understood", side, metric));
    }
    (side == "at_least" ? bounds.lowest : bounds.highest) = value.get<double>();
  }
  return bounds;
}

}  // namespace

Demonstration readDemonstration(const std::filesystem::path& path) {
  const InputFile file(path);
  if (file.size() > kLargestFile) malformed(path, "it is far too large for one");
  const auto parsed = io::parseJson(file.readAll());
  if (!parsed || !parsed->is_object()) malformed(path, "it is no JSON object");
  Demonstration demonstration;
  demonstration.title = textOf(path, *parsed, "title");
  demonstration.claim = textOf(path, *parsed, "claim");
  demonstration.analysis = textOf(path, *parsed, "analysis");
  const auto seed = parsed->find("seed");
  if (seed == parsed->end() || !seed->is_number_unsigned()) malformed(path, "there is no 'seed'");
  demonstration.seed = seed->get<std::uint64_t>();
  demonstration.parameters = parsed->value("parameters", json::object());
  const auto expected = parsed->find("expected");
  if (expected == parsed->end() || !expected->is_object() || expected->empty()) {
    malformed(path, "nothing is 'expected'");
  }
  for (const auto& [metric, entry] : expected->items()) {
    demonstration.expected.emplace(metric, boundsOf(path, metric, entry));
  }
  return demonstration;
}

std::vector<Expectation> compared(const Demonstration& demonstration,
                                  const std::map<std::string, double>& metrics) {
  std::vector<Expectation> all;
  for (const auto& [metric, bounds] : demonstration.expected) {
    const auto found = metrics.find(metric);
    const double value = found == metrics.end() ? std::nan("") : found->second;
    all.push_back({metric, value, bounds, value >= bounds.lowest && value <= bounds.highest});
  }
  return all;
}

}  // namespace lineament::app::cli
