// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/attention_options.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace lineament::views {

namespace {

template <class Value>
struct Name {
  Value value;
  std::string_view name;
};

constexpr std::array kModes{Name{AttentionMode::grid, "grid"},
                            Name{AttentionMode::matrix, "matrix"},
                            Name{AttentionMode::arcs, "arcs"}, Name{AttentionMode::text, "text"},
                            Name{AttentionMode::measures, "measures"}};
constexpr std::array kHidden{Name{HiddenKeys::none, "none"}, Name{HiddenKeys::first, "first"},
                             Name{HiddenKeys::special, "special"}};
constexpr std::array kScales{Name{WeightScale::log, "log"}, Name{WeightScale::root, "sqrt"},
                             Name{WeightScale::linear, "linear"}};
constexpr std::array kReductions{Name{Reduction::peak, "max"}, Name{Reduction::mean, "mean"}};
constexpr std::array kRangesOf{Name{RangeOf::head, "head"}, Name{RangeOf::layer, "layer"},
                               Name{RangeOf::all, "all"}};
constexpr std::array kOrders{Name{HeadOrder::layers, "layers"},
                             Name{HeadOrder::descending, "descending"},
                             Name{HeadOrder::ascending, "ascending"}};
constexpr std::array kColours{Name{TextColours::attends, "attends"},
                              Name{TextColours::attended, "attended"},
                              Name{TextColours::measure, "measure"}};

template <class Names>
std::string nameOf(const Names& names, auto value) {
  for (const auto& each : names) {
    if (each.value == value) return std::string(each.name);
  }
  return {};
}

const nlohmann::json* found(const nlohmann::json& options, const char* key) {
  const auto member = options.find(key);
  return member == options.end() ? nullptr : &*member;
}

// The value of that name, where it is one.
template <class Value, std::size_t N>
std::optional<Value> named(const std::array<Name<Value>, N>& names, const nlohmann::json& name) {
  if (!name.is_string()) return std::nullopt;
  for (const Name<Value>& each : names) {
    if (name.get<std::string>() == each.name) return each.value;
  }
  return std::nullopt;
}

template <class Value, std::size_t N>
void readName(const nlohmann::json& options, const char* key,
              const std::array<Name<Value>, N>& names, Value& value) {
  if (const nlohmann::json* member = found(options, key)) {
    value = named(names, *member).value_or(value);
  }
}

void readText(const nlohmann::json& options, const char* key, std::string& text) {
  const nlohmann::json* member = found(options, key);
  if (member && member->is_string()) text = member->get<std::string>();
}

void readCount(const nlohmann::json& options, const char* key, std::uint64_t& count) {
  const nlohmann::json* member = found(options, key);
  if (member) count = countIn(*member).value_or(count);
}

// A number, or nothing where it says null.
template <class Number>
void readOptional(const nlohmann::json& options, const char* key, std::optional<Number>& number) {
  const nlohmann::json* member = found(options, key);
  if (!member) return;
  if (member->is_null()) number.reset();
  if (const auto read = countIn(*member)) number = static_cast<Number>(*read);
}

template <class Number>
nlohmann::json jsonOf(const std::optional<Number>& number) {
  return number ? nlohmann::json(*number) : nlohmann::json(nullptr);
}

void readChoice(const nlohmann::json& options, MatrixChoice& choice) {
  if (const nlohmann::json* head = found(options, "head")) {
    choice.head = headChoiceFrom(*head).value_or(choice.head);
  }
  if (const nlohmann::json* minus = found(options, "minus")) {
    if (minus->is_null()) choice.minus.reset();
    if (const auto read = headChoiceFrom(*minus)) choice.minus = read;
  }
  readName(options, "hide", kHidden, choice.hidden);
}

void readRange(const nlohmann::json& options, AttentionOptions& look) {
  const nlohmann::json* member = found(options, "range");
  if (!member) return;
  const std::optional<RangeOf> of = member->is_null() ? RangeOf::shown : named(kRangesOf, *member);
  if (of) {
    look.range_of = *of;
    look.range.reset();
  }
  if (!member->is_array() || member->size() != 2) return;
  if (!(*member)[0].is_number() || !(*member)[1].is_number()) return;
  const AttentionOptions::Range wanted{(*member)[0].get<double>(), (*member)[1].get<double>()};
  if (wanted.low >= 0 && wanted.high > wanted.low && std::isfinite(wanted.high)) {
    look.range = wanted;
    look.range_of = RangeOf::shown;
  }
}

nlohmann::json rangeOf(const AttentionOptions& look) {
  if (look.range) return {look.range->low, look.range->high};
  if (look.range_of == RangeOf::shown) return nullptr;
  return nameOf(kRangesOf, look.range_of);
}

void readLook(const nlohmann::json& options, WeightLook& look) {
  readName(options, "reduction", kReductions, look.reduction);
  if (const nlohmann::json* rows = found(options, "rows"); rows && rows->is_boolean()) {
    look.per_row = rows->get<bool>();
  }
  if (const nlohmann::json* mask = found(options, "mask"); mask && mask->is_boolean()) {
    look.mask = mask->get<bool>();
  }
  const nlohmann::json* threshold = found(options, "threshold");
  if (threshold && threshold->is_number()) look.threshold = std::max(0.0, threshold->get<double>());
}

}  // namespace

void AttentionOptions::read(const nlohmann::json& options) {
  if (!options.is_object()) return;
  readName(options, "mode", kModes, mode);
  readChoice(options, choice);
  readOptional(options, "companion", companion);
  choice.minus_other = companion.has_value();
  readName(options, "scale", kScales, scale);
  readRange(options, *this);
  readLook(options, look);
  readText(options, "measure", measure);
  readName(options, "order", kOrders, order);
  if (const nlohmann::json* list = found(options, "heads"); list && list->is_array()) {
    heads.clear();
    for (const nlohmann::json& head : *list) {
      if (const auto number = countIn(head)) heads.push_back(*number);
    }
  }
  readCount(options, "first", first);
  readCount(options, "count", count);
  count = std::clamp<std::uint64_t>(count, 1, kMostLinked);
  readName(options, "colour", kColours, colour);
  readText(options, "token_measure", token_measure);
  readOptional(options, "token", token);
}

nlohmann::json AttentionOptions::toJson() const {
  return {{"mode", nameOf(kModes, mode)},
          {"head", views::toJson(choice.head)},
          {"minus", choice.minus ? views::toJson(*choice.minus) : nlohmann::json(nullptr)},
          {"companion", jsonOf(companion)},
          {"hide", nameOf(kHidden, choice.hidden)},
          {"scale", nameOf(kScales, scale)},
          {"range", rangeOf(*this)},
          {"rows", look.per_row},
          {"reduction", nameOf(kReductions, look.reduction)},
          {"mask", look.mask},
          {"threshold", look.threshold},
          {"measure", measure},
          {"order", nameOf(kOrders, order)},
          {"heads", heads},
          {"first", first},
          {"count", count},
          {"colour", nameOf(kColours, colour)},
          {"token_measure", token_measure},
          {"token", jsonOf(token)}};
}

}  // namespace lineament::views
