// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/error.h"
#include "core/data/table.h"

namespace lineament::app::cli {

namespace {

constexpr ErrorText kUnknownOption{"cli.unknown_option", "Read the options of '{command}'",
                                   "there is no option '{option}'", "", "{suggestion}"};
constexpr ErrorText kNoValue{"cli.no_value", "Read the options of '{command}'",
                             "'{option}' needs a value, none follows", "",
                             "Give it as {option} {value}"};
constexpr ErrorText kSurplusValue{"cli.surplus_value", "Read the options of '{command}'",
                                  "'{option}' takes no value", "", "Leave '={value}' out"};
constexpr ErrorText kTwice{"cli.twice", "Read the options of '{command}'",
                           "'{option}' was given twice, it is taken once", "",
                           "Leave one of them out"};
constexpr ErrorText kMissingOption{"cli.missing_option", "Read the options of '{command}'",
                                   "'{option}' was not given", "", "Add {option} {value}: {help}"};
constexpr ErrorText kOperands{"cli.operands", "Read the arguments of '{command}'",
                              "it takes {expected}, {count} were given", "",
                              "The call is: lineament {command} {expected}"};
constexpr ErrorText kNumber{"cli.number", "Set {option} to '{value}'",
                            "a {kind} from {lowest} to {highest} is expected", "",
                            "Correct the value"};
constexpr ErrorText kPair{"cli.pair", "Read {option} '{value}'",
                          "KEY=VALUE is expected, with a key before the '='", "",
                          "Write it as {option} KEY=VALUE"};

constexpr Option kCommon[] = {
    {"--json", "", "Print one JSON document, and errors as a JSON object"},
    {"--simd", "NAME", "Use these vector instructions instead of the best (also LINEAMENT_SIMD)"},
    {"--help", "", "Show the help of this command"},
};

const Option* findOption(const Command& command, std::string_view name) {
  const auto named = [name](const Option& option) { return option.name == name; };
  if (const auto own = std::ranges::find_if(command.options, named); own != command.options.end()) {
    return &*own;
  }
  const auto common = std::ranges::find_if(kCommon, named);
  return common == std::end(kCommon) ? nullptr : &*common;
}

[[noreturn]] void unknownOption(const Command& command, std::string_view name) {
  std::vector<std::string> names;
  for (const Option& option : command.options) names.emplace_back(option.name);
  for (const Option& option : kCommon) names.emplace_back(option.name);
  const auto nearest = nearestNames(name, names);
  throw Error::usage(
      kUnknownOption,
      {{"command", command.name},
       {"option", name},
       {"suggestion", nearest.empty() ? fmt::format("See: lineament {} --help", command.name)
                                      : "Did you mean " + nearest[0]}});
}

// One option as typed: "--name" and, behind a '=', its value.
struct Typed {
  std::string_view name;
  std::optional<std::string> value;
};

Typed split(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == word.npos) return {word, {}};
  return {word.substr(0, equals), std::string(word.substr(equals + 1))};
}

void checkRequired(const Command& command, const Arguments& arguments) {
  if (arguments.has("--help")) return;
  for (const Option& option : command.options) {
    if (!option.required || arguments.has(option.name)) continue;
    throw Error::usage(kMissingOption, {{"command", command.name},
                                        {"option", option.name},
                                        {"value", option.value},
                                        {"help", option.help}});
  }
  const auto count = static_cast<int>(arguments.operands().size());
  if (count >= command.fewest && count <= command.most) return;
  throw Error::usage(kOperands,
                     {{"command", command.name},
                      {"expected", command.operands.empty() ? "no arguments" : command.operands},
                      {"count", count}});
}

template <class T>
T number(const Arguments& arguments, std::string_view option, std::string_view kind, T fallback,
         T lowest, T highest) {
  if (!arguments.has(option)) return fallback;
  const std::string text = arguments.text(option);
  T value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = problem == std::errc{} && end == text.data() + text.size();
  if (whole && value >= lowest && value <= highest) return value;
  throw Error::usage(kNumber, {{"option", option},
                               {"value", text},
                               {"kind", kind},
                               {"lowest", lowest},
                               {"highest", highest}});
}

}  // namespace

std::span<const Option> commonOptions() {
  return kCommon;
}

Arguments Arguments::parse(const Command& command, std::span<const std::string> words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      arguments.operands_.insert(arguments.operands_.end(), words.begin() + i + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      arguments.operands_.push_back(word);
      continue;
    }
    Typed typed = split(word == "-h" ? std::string_view("--help") : std::string_view(word));
    const Option* option = findOption(command, typed.name);
    if (!option) unknownOption(command, typed.name);
    if (option->value.empty() && typed.value) {
      throw Error::usage(
          kSurplusValue,
          {{"command", command.name}, {"option", typed.name}, {"value", *typed.value}});
    }
    if (!option->value.empty() && !typed.value) {
      if (++i == words.size()) {
        throw Error::usage(
            kNoValue,
            {{"command", command.name}, {"option", option->name}, {"value", option->value}});
      }
      typed.value = words[i];
    }
    auto& values = arguments.options_[std::string(option->name)];
    if (!values.empty() && !option->many && !option->value.empty()) {
      throw Error::usage(kTwice, {{"command", command.name}, {"option", option->name}});
    }
    values.push_back(typed.value.value_or(""));
  }
  checkRequired(command, arguments);
  return arguments;
}

const std::vector<std::string>& Arguments::all(std::string_view option) const {
  static const std::vector<std::string> none;
  const auto found = options_.find(option);
  return found == options_.end() ? none : found->second;
}

std::string Arguments::text(std::string_view option, std::string_view fallback) const {
  const auto& values = all(option);
  return values.empty() ? std::string(fallback) : values.back();
}

std::int64_t Arguments::integer(std::string_view option, std::int64_t fallback, std::int64_t lowest,
                                std::int64_t highest) const {
  return number(*this, option, "whole number", fallback, lowest, highest);
}

double Arguments::real(std::string_view option, double fallback, double lowest,
                       double highest) const {
  return number(*this, option, "number", fallback, lowest, highest);
}

std::vector<std::pair<std::string, std::string>> Arguments::pairs(std::string_view option) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& value : all(option)) {
    const std::size_t equals = value.find('=');
    if (equals == 0 || equals == value.npos) {
      throw Error::usage(kPair, {{"option", option}, {"value", value}});
    }
    pairs.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  }
  return pairs;
}

}  // namespace lineament::app::cli
