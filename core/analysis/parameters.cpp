// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/parameters.h"

#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

namespace lineament {

namespace {

constexpr ErrorText kUnknown{"parameter.unknown", "Set the parameter '{name}' of {analysis}",
                             "there is no parameter of that name", "", "{suggestion}"};
constexpr ErrorText kMissing{"parameter.missing", "Run {analysis}",
                             "the parameter '{name}' was not given", "",
                             "Set it: {name}=...; {help}"};
constexpr ErrorText kRange{"parameter.range", "Set '{name}' to {value}",
                           "the value has to be {range}", "", "Choose a value in this range"};
constexpr ErrorText kType{"parameter.type", "Set '{name}' to '{value}'", "{expected} is expected",
                          "", "Correct the value"};
constexpr ErrorText kJsonType{"parameter.json", "Read the parameters of a run",
                              "'{name}' is not {expected}", "", "Correct the record, or run anew"};

std::string_view expectation(Parameter::Type type) {
  switch (type) {
    case Parameter::Type::boolean:
      return "true or false";
    case Parameter::Type::integer:
      return "a whole number";
    case Parameter::Type::real:
      return "a number";
    case Parameter::Type::columns:
      return "a list of column names";
    default:
      return "text";
  }
}

[[noreturn]] void wrongType(const Parameter& parameter, std::string_view text) {
  throw Error::usage(
      kType, {{"name", parameter.id}, {"value", text}, {"expected", expectation(parameter.type)}});
}

template <class T>
T numberFromText(const Parameter& parameter, std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) wrongType(parameter, text);
  return value;
}

bool flagFromText(const Parameter& parameter, std::string_view text) {
  if (text == "true" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "no" || text == "0") return false;
  wrongType(parameter, text);
}

std::vector<std::string> listFromText(std::string_view text) {
  std::vector<std::string> list;
  std::string item;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      list.push_back(std::exchange(item, {}));
    } else {
      item += c;
    }
  }
  if (!item.empty() || !list.empty()) list.push_back(item);
  return list;
}

void checkRange(const Parameter& parameter, const ParameterValue& value) {
  double number = 0;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    number = static_cast<double>(*integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    number = *real;
  } else if (parameter.type == Parameter::Type::choice) {
    const auto& text = std::get<std::string>(value);
    for (const auto& choice : parameter.choices) {
      if (choice.value == text) return;
    }
    throw Error::usage(
        kRange,
        {{"name", parameter.id}, {"value", "'" + text + "'"}, {"range", rangeText(parameter)}});
  } else {
    return;
  }
  const bool low_ok =
      parameter.lowest_excluded ? number > parameter.lowest : number >= parameter.lowest;
  if (low_ok && number <= parameter.highest) return;
  const std::string range = rangeText(parameter);
  throw Error::usage(kRange, {{"name", parameter.id},
                              {"value", textOf(value)},
                              {"range", range.empty() ? "a finite number" : range}});
}

ParameterValue valueFromJson(const Parameter& parameter, const nlohmann::json& json) {
  const auto wrong = [&] {
    return Error::usage(kJsonType,
                        {{"name", parameter.id}, {"expected", expectation(parameter.type)}});
  };
  // Stricter than the library, which takes 2.7 for the whole number 2 and true for 1.0.
  if (parameter.type == Parameter::Type::integer && !json.is_number_integer()) throw wrong();
  if (parameter.type == Parameter::Type::real && !json.is_number()) throw wrong();
  try {
    switch (parameter.type) {
      case Parameter::Type::boolean:
        return json.get<bool>();
      case Parameter::Type::integer:
        return json.get<std::int64_t>();
      case Parameter::Type::real:
        return json.get<double>();
      case Parameter::Type::columns:
        return json.get<std::vector<std::string>>();
      default:
        return json.get<std::string>();
    }
  } catch (const nlohmann::json::exception&) {
    throw wrong();
  }
}

using Values = std::map<std::string, ParameterValue, std::less<>>;

[[noreturn]] void unknown(const Declaration& declaration, std::string_view key) {
  std::vector<std::string> names;
  for (const Parameter& parameter : declaration.parameters) names.push_back(parameter.id);
  const auto nearest = nearestNames(key, names);
  throw Error::usage(
      kUnknown, {{"name", key},
                 {"analysis", declaration.id},
                 {"suggestion", nearest.empty() ? fmt::format("It has {}", fmt::join(names, ", "))
                                                : fmt::format("Did you mean {}", nearest[0])}});
}

Values completed(const Declaration& declaration, Values given) {
  for (const Parameter& parameter : declaration.parameters) {
    const auto found = given.find(parameter.id);
    if (found != given.end()) {
      checkRange(parameter, found->second);
    } else if (parameter.required && isShown(parameter, given)) {
      throw Error::usage(
          kMissing,
          {{"analysis", declaration.id}, {"name", parameter.id}, {"help", parameter.help}});
    } else {
      given.emplace(parameter.id, parameter.fallback);
    }
  }
  return given;
}

}  // namespace

ParameterValue parameterFromText(const Parameter& parameter, std::string_view text) {
  switch (parameter.type) {
    case Parameter::Type::boolean:
      return flagFromText(parameter, text);
    case Parameter::Type::integer:
      return numberFromText<std::int64_t>(parameter, text);
    case Parameter::Type::real: {
      const double value = numberFromText<double>(parameter, text);
      if (!std::isfinite(value)) wrongType(parameter, text);
      return value;
    }
    case Parameter::Type::columns:
      return listFromText(text);
    default:
      return std::string(text);
  }
}

bool isShown(const Parameter& parameter, const Values& values) {
  const std::string_view condition = parameter.shown_if;
  const std::size_t equals = condition.find('=');
  if (equals == condition.npos) return true;
  const auto found = values.find(condition.substr(0, equals));
  if (found == values.end()) return true;
  const std::string actual = textOf(found->second);
  std::string_view rest = condition.substr(equals + 1);
  while (true) {
    const std::size_t bar = rest.find('|');
    if (rest.substr(0, bar) == actual) return true;
    if (bar == rest.npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

Parameters Parameters::fromText(const Declaration& declaration,
                                const std::vector<std::pair<std::string, std::string>>& settings) {
  Values given;
  for (const auto& [key, text] : settings) {
    const Parameter* parameter = declaration.findParameter(key);
    if (!parameter) unknown(declaration, key);
    given.insert_or_assign(key, parameterFromText(*parameter, text));
  }
  Parameters parameters;
  parameters.values_ = completed(declaration, std::move(given));
  return parameters;
}

Parameters Parameters::fromJson(const Declaration& declaration, const nlohmann::json& json) {
  Values given;
  for (const auto& [key, value] : json.items()) {
    const Parameter* parameter = declaration.findParameter(key);
    if (!parameter) unknown(declaration, key);
    given.insert_or_assign(key, valueFromJson(*parameter, value));
  }
  Parameters parameters;
  parameters.values_ = completed(declaration, std::move(given));
  return parameters;
}

// The getters may only be asked for what the declaration holds: a miss is our own mistake.
bool Parameters::flag(std::string_view id) const {
  return std::get<bool>(values_.find(id)->second);
}

std::int64_t Parameters::integer(std::string_view id) const {
  return std::get<std::int64_t>(values_.find(id)->second);
}

double Parameters::real(std::string_view id) const {
  return std::get<double>(values_.find(id)->second);
}

const std::string& Parameters::text(std::string_view id) const {
  return std::get<std::string>(values_.find(id)->second);
}

const std::vector<std::string>& Parameters::list(std::string_view id) const {
  return std::get<std::vector<std::string>>(values_.find(id)->second);
}

nlohmann::json Parameters::toJson() const {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [id, value] : values_) json[id] = lineament::toJson(value);
  return json;
}

}  // namespace lineament
