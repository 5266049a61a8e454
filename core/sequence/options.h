// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lineament::sequence {

// A number or a choice that a mechanism takes beside its tensors: the scale of the scores, the
// width of a window, a feature map.
struct OptionSpec {
  std::string_view id;  // snake_case
  double fallback = 0;  // of a choice: its index
  double lowest = 0, highest = 0;
  bool whole = false;                       // whole numbers only
  std::vector<std::string_view> choices{};  // empty: a number
  std::string_view help;
};

// The options of one call, in the order of the mechanism's description.
class Options {
 public:
  Options() = default;
  explicit Options(const std::vector<OptionSpec>& specs);  // every option at its default

  // From what people typed. Error "sequence.option" (usage) names the option, its range or choices.
  void set(std::string_view id, std::string_view text);
  void set(std::string_view id, double value);

  double real(std::size_t index) const { return values_[index]; }
  std::int64_t integer(std::size_t index) const {
    return static_cast<std::int64_t>(values_[index]);
  }

 private:
  std::size_t require(std::string_view id) const;

  const std::vector<OptionSpec>* specs_ = nullptr;
  std::vector<double> values_;
};

}  // namespace lineament::sequence
