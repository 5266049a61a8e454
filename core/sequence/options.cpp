// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/error.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kUnknown{"sequence.option.unknown", "Set the option '{id}'",
                             "the mechanism has no option of that name", "",
                             "Choose from: {names}"};
constexpr ErrorText kValue{"sequence.option", "Set the option '{id}' to '{value}'",
                           "expected {expected}", "", "Give a value in that range"};

std::string rangeText(const OptionSpec& spec) {
  if (!spec.choices.empty()) return fmt::format("one of {}", fmt::join(spec.choices, ", "));
  return fmt::format("{} from {} to {}", spec.whole ? "a whole number" : "a number", spec.lowest,
                     spec.highest);
}

}  // namespace

Options::Options(const std::vector<OptionSpec>& specs) : specs_(&specs) {
  for (const OptionSpec& spec : specs) values_.push_back(spec.fallback);
}

std::size_t Options::require(std::string_view id) const {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; specs_ && i < specs_->size(); ++i) {
    if ((*specs_)[i].id == id) return i;
    names.push_back((*specs_)[i].id);
  }
  throw Error::usage(kUnknown,
                     {{"id", id},
                      {"names", names.empty() ? "none, it takes no options"
                                              : fmt::format("{}", fmt::join(names, ", "))}});
}

void Options::set(std::string_view id, std::string_view text) {
  const OptionSpec& spec = (*specs_)[require(id)];
  if (!spec.choices.empty()) {
    const auto found = std::find(spec.choices.begin(), spec.choices.end(), text);
    if (found != spec.choices.end()) {
      return set(id, static_cast<double>(found - spec.choices.begin()));
    }
  } else {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) return set(id, value);
  }
  throw Error::usage(kValue, {{"id", id}, {"value", text}, {"expected", rangeText(spec)}});
}

void Options::set(std::string_view id, double value) {
  const std::size_t index = require(id);
  const OptionSpec& spec = (*specs_)[index];
  const double highest =
      spec.choices.empty() ? spec.highest : static_cast<double>(spec.choices.size() - 1);
  const bool whole = spec.whole || !spec.choices.empty();
  const bool fits = value >= spec.lowest && value <= highest;
  if (!fits || (whole && value != std::floor(value))) {
    throw Error::usage(kValue, {{"id", id}, {"value", value}, {"expected", rangeText(spec)}});
  }
  values_[index] = value;
}

}  // namespace lineament::sequence
