// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/declaration.h"

#include <fmt/ranges.h>

#include <cmath>

namespace lineament {

namespace {

template <class T>
const T* findById(const std::vector<T>& list, std::string_view id) {
  for (const T& entry : list) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

nlohmann::json parameterJson(const Parameter& parameter) {
  nlohmann::json json{{"id", parameter.id},
                      {"title", parameter.title},
                      {"type", name(parameter.type)},
                      {"help", parameter.help},
                      {"required", parameter.required}};
  if (!parameter.required) json["default"] = toJson(parameter.fallback);
  if (!parameter.unit.empty()) json["unit"] = parameter.unit;
  if (std::isfinite(parameter.lowest)) json["lowest"] = parameter.lowest;
  if (std::isfinite(parameter.highest)) json["highest"] = parameter.highest;
  for (const auto& choice : parameter.choices) {
    json["choices"].push_back(
        {{"value", choice.value}, {"title", choice.title}, {"help", choice.help}});
  }
  if (!parameter.of_input.empty()) json["of_input"] = parameter.of_input;
  if (!parameter.shown_if.empty()) json["shown_if"] = parameter.shown_if;
  return json;
}

nlohmann::json inputJson(const Input& input) {
  nlohmann::json kinds = nlohmann::json::array();
  for (const Kind kind : input.kinds) kinds.push_back(name(kind));
  return {{"id", input.id},     {"title", input.title},       {"kinds", std::move(kinds)},
          {"help", input.help}, {"required", input.required}, {"many", input.many}};
}

}  // namespace

const Input* Declaration::findInput(std::string_view wanted) const {
  return findById(inputs, wanted);
}

const Parameter* Declaration::findParameter(std::string_view wanted) const {
  return findById(parameters, wanted);
}

std::string_view name(Parameter::Type type) {
  constexpr std::string_view names[] = {"boolean", "integer", "real",   "text",
                                        "choice",  "column",  "columns"};
  return names[static_cast<int>(type)];
}

std::string textOf(const ParameterValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string list;
  for (const std::string& item : std::get<std::vector<std::string>>(value)) {
    const bool quoted = item.find(',') != item.npos;
    list += fmt::format("{}{}{}{}", list.empty() ? "" : ",", quoted ? "\"" : "", item,
                        quoted ? "\"" : "");
  }
  return list;
}

nlohmann::json toJson(const ParameterValue& value) {
  return std::visit([](const auto& alternative) { return nlohmann::json(alternative); }, value);
}

nlohmann::json toJson(const Declaration& declaration) {
  nlohmann::json json{{"id", declaration.id},
                      {"version", declaration.version},
                      {"title", declaration.title},
                      {"summary", declaration.summary},
                      {"source", declaration.source},
                      {"uses_gpu", declaration.uses_gpu},
                      {"distributed", declaration.distributed},
                      {"inputs", nlohmann::json::array()},
                      {"parameters", nlohmann::json::array()},
                      {"outputs", nlohmann::json::array()},
                      {"metrics", nlohmann::json::array()}};
  for (const Input& input : declaration.inputs) json["inputs"].push_back(inputJson(input));
  for (const Parameter& parameter : declaration.parameters) {
    json["parameters"].push_back(parameterJson(parameter));
  }
  for (const Output& output : declaration.outputs) {
    json["outputs"].push_back({{"id", output.id},
                               {"kind", name(output.kind)},
                               {"title", output.title},
                               {"help", output.help},
                               {"always", output.always}});
  }
  for (const Metric& metric : declaration.metrics) {
    json["metrics"].push_back(
        {{"id", metric.id}, {"title", metric.title}, {"unit", metric.unit}, {"help", metric.help}});
  }
  return json;
}

std::string rangeText(const Parameter& parameter) {
  if (parameter.type == Parameter::Type::choice) {
    std::vector<std::string> values;
    for (const auto& choice : parameter.choices) values.push_back(choice.value);
    return fmt::format("one of {}", fmt::join(values, ", "));
  }
  const bool low = std::isfinite(parameter.lowest);
  const bool high = std::isfinite(parameter.highest);
  const char* above = parameter.lowest_excluded ? "greater than" : "at least";
  if (low && high && !parameter.lowest_excluded) {
    return fmt::format("{} to {}", parameter.lowest, parameter.highest);
  }
  if (low && high)
    return fmt::format("{} {}, at most {}", above, parameter.lowest, parameter.highest);
  if (low) return fmt::format("{} {}", above, parameter.lowest);
  if (high) return fmt::format("at most {}", parameter.highest);
  return {};
}

}  // namespace lineament
