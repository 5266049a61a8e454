// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/checkpoint_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lineament {

namespace {

using nlohmann::json;

constexpr std::size_t kMostParts = 24;
constexpr std::size_t kLongest = 100;  // bytes

bool continuesLetter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

std::string cut(const std::string& text) {
  std::size_t end = std::min({text.size(), kLongest, text.find('\n')});
  if (end == text.size()) return text;
  while (end > 0 && continuesLetter(text[end])) --end;
  return text.substr(0, end) + " ...";
}

std::string plainText(const json& value) {
  if (value.is_string()) return cut(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_float()) return fmt::format("{:.6g}", value.get<double>());
  return value.is_number() ? value.dump() : "";
}

// Empty for what takes more than a line.
std::string lineOf(const json& value) {
  if (!value.is_structured()) return plainText(value);
  if (value.size() > kMostParts) return "";
  std::vector<std::string> parts;
  for (const auto& [key, part] : value.items()) {
    if (part.is_structured()) return "";
    parts.push_back(value.is_object() ? cut(key) + " " + plainText(part) : plainText(part));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::vector<CheckpointFact> factsOf(const Checkpoint& checkpoint) {
  std::vector<CheckpointFact> facts;
  const json& configuration = checkpoint.configuration();
  const auto kind = configuration.find("model_type");
  if (configuration.is_object() && kind != configuration.end() && kind->is_string()) {
    facts.push_back({"model_type", cut(kind->get<std::string>())});
  }
  if (!checkpoint.metadata().is_object()) return facts;
  for (const auto& [key, value] : checkpoint.metadata().items()) {
    std::string line = lineOf(value);
    if (!line.empty()) facts.push_back({cut(key), std::move(line)});
  }
  return facts;
}

}  // namespace lineament
