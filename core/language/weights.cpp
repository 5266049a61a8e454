// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.h"

namespace lineament::language {

namespace {

constexpr ErrorText kTensors{"language.tensors", "Make the network of the checkpoint's tensors",
                             "{problems}", "",
                             "Open the weights that belong to this config.json, or look at the "
                             "tensors alone"};
constexpr ErrorText kConfiguration{"language.configuration", "Read the network's configuration",
                                   "'{key}' {problem}", "config.json",
                                   "Download config.json again from where the weights came from"};
constexpr ErrorText kUnsupported{"language.unsupported",
                                 "Run a network of the kind '{architecture}'", "{what}", "",
                                 "Its tensors can be looked at all the same"};

constexpr std::size_t kMostProblems = 12;

bool readable(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

const nlohmann::json* findKey(const nlohmann::json& configuration,
                              const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const auto at = configuration.find(key);
    if (at != configuration.end() && !at->is_null()) return &*at;
  }
  return nullptr;
}

[[noreturn]] void wrong(const std::string& key, const std::string& problem) {
  throw Error(kConfiguration, {{"key", key}, {"problem", problem}});
}

}  // namespace

Weights::Weights(const Checkpoint& checkpoint, const std::string& landmark,
                 const std::vector<std::string>& prefixes)
    : checkpoint_(checkpoint) {
  const auto& entries = checkpoint.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) names_.emplace(entries[i].name, i);
  for (const std::string& prefix : prefixes) {
    if (!names_.contains(prefix + landmark)) continue;
    prefix_ = prefix;
    return;
  }
}

std::optional<std::vector<std::uint64_t>> Weights::shape(const std::string& name) const {
  const auto at = names_.find(prefix_ + name);
  if (at == names_.end()) return std::nullopt;
  return checkpoint_.entries()[at->second].shape;
}

std::optional<Tensor> Weights::find(const std::string& name,
                                    const std::vector<std::uint64_t>& shape) {
  const auto at = names_.find(prefix_ + name);
  if (at == names_.end()) {
    problems_.push_back(fmt::format("'{}' ({}) is missing", prefix_ + name, shapeText(shape)));
    return std::nullopt;
  }
  used_[at->first] = true;
  const auto& entry = checkpoint_.entries()[at->second];
  if (entry.shape != shape) {
    problems_.push_back(fmt::format("'{}' is {}, expected {}", at->first, shapeText(entry.shape),
                                    shapeText(shape)));
    return std::nullopt;
  }
  return checkpoint_.tensor(at->second);
}

WeightMatrix Weights::matrix(const std::string& name, std::size_t outputs, std::size_t inputs,
                             const std::string& bias, WeightMatrix::Layout layout) {
  const bool outputs_first = layout == WeightMatrix::Layout::outputs_first;
  std::vector<float> terms;
  if (!bias.empty()) terms = numbers(bias, {outputs});
  std::optional<Tensor> tensor =
      find(name, outputs_first ? std::vector<std::uint64_t>{outputs, inputs}
                               : std::vector<std::uint64_t>{inputs, outputs});
  if (!tensor) return {};
  if (!readable(tensor->dtype())) tensor = Tensor::of(tensor->shape(), tensor->floats());
  return WeightMatrix(std::move(*tensor), std::move(terms), layout);
}

std::vector<float> Weights::numbers(const std::string& name,
                                    const std::vector<std::uint64_t>& shape) {
  const std::optional<Tensor> tensor = find(name, shape);
  return tensor ? tensor->floats() : std::vector<float>{};
}

void Weights::check() const {
  if (problems_.empty()) return;
  std::vector<std::string> told(
      problems_.begin(),
      problems_.begin() + static_cast<std::ptrdiff_t>(std::min(kMostProblems, problems_.size())));
  if (told.size() < problems_.size()) {
    told.push_back(fmt::format("and {} more", problems_.size() - told.size()));
  }
  throw Error(kTensors, {{"problems", fmt::format("{}", fmt::join(told, "; "))}});
}

std::vector<std::string> Weights::unused() const {
  std::vector<std::string> names;
  for (const auto& [name, index] : names_) {
    if (!used_.contains(name)) names.push_back(name);
  }
  return names;
}

std::vector<std::string> unusedBy(std::initializer_list<const Weights*> all) {
  std::vector<std::string> names = (*all.begin())->unused();
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::any_of(all, [&](const Weights* each) { return each->used(name); });
  });
  return names;
}

std::size_t wholeNumber(const nlohmann::json& configuration, const WholeKey& key) {
  const nlohmann::json* found = findKey(configuration, key.keys);
  if (!found) {
    if (!key.fallback) wrong(key.keys.front(), "is missing");
    return static_cast<std::size_t>(*key.fallback);
  }
  if (!found->is_number_integer()) wrong(key.keys.front(), "is no whole number");
  const auto value = found->get<std::int64_t>();
  if (value < key.lowest || value > key.highest) {
    wrong(key.keys.front(),
          fmt::format("is {}, expected {} to {}", value, key.lowest, key.highest));
  }
  return static_cast<std::size_t>(value);
}

double realNumber(const nlohmann::json& configuration, const std::vector<std::string>& keys,
                  double fallback) {
  const nlohmann::json* found = findKey(configuration, keys);
  if (!found) return fallback;
  if (!found->is_number()) wrong(keys.front(), "is no number");
  return found->get<double>();
}

bool flag(const nlohmann::json& configuration, const std::string& key, bool fallback) {
  const nlohmann::json* found = findKey(configuration, {key});
  if (!found) return fallback;
  if (!found->is_boolean()) wrong(key, "is neither true nor false");
  return found->get<bool>();
}

std::string word(const nlohmann::json& configuration, const std::vector<std::string>& keys,
                 const std::string& fallback) {
  const nlohmann::json* found = findKey(configuration, keys);
  if (!found) return fallback;
  if (!found->is_string()) wrong(keys.front(), "is no text");
  return found->get<std::string>();
}

void unsupported(const std::string& architecture, const std::string& what) {
  throw Error(kUnsupported, {{"architecture", architecture}, {"what", what}});
}

}  // namespace lineament::language
