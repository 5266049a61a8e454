// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/checkpoint.h"
#include "core/language/weight_matrix.h"

namespace lineament::language {

// Takes a network's tensors out of a checkpoint by the names of its published format. What is
// missing or of another shape is collected, and check() tells all of it in one Error
// "language.tensors": each name with the shape expected and the one found.
class Weights {
 public:
  // Names may stand behind one of `prefixes` ("transformer.", "model."); the first that `landmark`
  // is found behind is taken for all.
  Weights(const Checkpoint& checkpoint, const std::string& landmark,
          const std::vector<std::string>& prefixes);

  const std::string& prefix() const { return prefix_; }
  bool has(const std::string& name) const { return names_.contains(prefix_ + name); }

  // W of [outputs, inputs], or [inputs, outputs] where that is the layout, with its bias where a
  // name of one is given.
  WeightMatrix matrix(const std::string& name, std::size_t outputs, std::size_t inputs,
                      const std::string& bias = {},
                      WeightMatrix::Layout layout = WeightMatrix::Layout::outputs_first);
  // Numbers of a tensor of that shape.
  std::vector<float> numbers(const std::string& name, const std::vector<std::uint64_t>& shape);
  // The shape of a tensor that is there; nothing otherwise.
  std::optional<std::vector<std::uint64_t>> shape(const std::string& name) const;

  // Throws what was collected. Names that were never asked for are told by unused().
  void check() const;
  std::vector<std::string> unused() const;
  bool used(const std::string& full_name) const { return used_.contains(full_name); }

 private:
  std::optional<Tensor> find(const std::string& name, const std::vector<std::uint64_t>& shape);

  const Checkpoint& checkpoint_;
  std::map<std::string, std::size_t> names_;
  std::map<std::string, bool> used_;
  std::string prefix_;
  std::vector<std::string> problems_;
};

// Tensors of one checkpoint that none of several has asked for.
std::vector<std::string> unusedBy(std::initializer_list<const Weights*> all);

// A whole number of the configuration, the first of `keys` that it has, else `fallback`. Throws
// Error "language.configuration" for one that is missing without a fallback, not a number or
// outside [lowest, highest].
struct WholeKey {
  std::vector<std::string> keys;
  std::optional<std::int64_t> fallback;
  std::int64_t lowest = 1;
  std::int64_t highest = 1 << 24;
};
std::size_t wholeNumber(const nlohmann::json& configuration, const WholeKey& key);
double realNumber(const nlohmann::json& configuration, const std::vector<std::string>& keys,
                  double fallback);
bool flag(const nlohmann::json& configuration, const std::string& key, bool fallback);
std::string word(const nlohmann::json& configuration, const std::vector<std::string>& keys,
                 const std::string& fallback);

// Error "language.unsupported": what of an architecture this program does not compute.
[[noreturn]] void unsupported(const std::string& architecture, const std::string& what);

}  // namespace lineament::language
