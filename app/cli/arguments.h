// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <climits>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lineament::app::cli {

class Arguments;
class Terminal;

// One option of a command. Parsing, the help text and the suggestions for misspelt names are all
// made from this table.
struct Option {
  std::string_view name;   // "--out"
  std::string_view value;  // "DIR"; empty: a switch that takes no value
  std::string_view help;
  bool required = false;
  bool many = false;  // may be given several times
};

struct Command {
  std::string_view name;      // "run", "project new"
  std::string_view operands;  // "ID", "[NAME...]", as the help shows them
  int fewest = 0;             // how many operands
  int most = 0;               // kAny: any number
  std::string_view summary;   // one line
  std::vector<Option> options;
  std::function<void(const Arguments&, Terminal&)> run;
  std::function<std::string()> further = {};  // what the help says below the options
};

inline constexpr int kAny = INT_MAX;

// Options that every command takes.
std::span<const Option> commonOptions();

// What was typed for one command, checked against its table.
class Arguments {
 public:
  // `words` are those after the command's name. `--name VALUE` and `--name=VALUE` are the same;
  // `--` ends the options. Throws Error (usage) for unknown options (with the nearest), missing
  // values, missing required options, and too few or too many operands.
  static Arguments parse(const Command& command, std::span<const std::string> words);

  const std::vector<std::string>& operands() const { return operands_; }
  bool has(std::string_view option) const { return options_.contains(option); }
  const std::vector<std::string>& all(std::string_view option) const;  // empty when not given
  std::string text(std::string_view option, std::string_view fallback = {}) const;

  // As a number in [lowest, highest]; throws Error (usage) otherwise.
  std::int64_t integer(std::string_view option, std::int64_t fallback, std::int64_t lowest,
                       std::int64_t highest) const;
  double real(std::string_view option, double fallback, double lowest, double highest) const;

  // Every `KEY=VALUE` given for the option; throws Error (usage) where there is no '=' or no key.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view option) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> operands_;
};

}  // namespace lineament::app::cli
