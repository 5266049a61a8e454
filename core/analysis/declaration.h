// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "core/base/json.h"
#include "core/data/data.h"

namespace lineament {

// Said once, generated everywhere: the window's form, the command line's help, the record of a run
// and the documentation page are made from these declarations.

// A parameter's value. Column lists are lists of text.
using ParameterValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

struct Parameter {
  enum class Type {
    boolean,
    integer,
    real,
    text,
    choice,   // one of `choices`
    column,   // the name of a column of the input `of_input`; empty means none
    columns,  // several; empty means all that fit
  };
  struct Choice {
    std::string value;  // as users type it
    std::string title;
    std::string help;
  };

  std::string id;     // snake_case
  std::string title;  // "Learning rate"
  Type type = Type::text;
  ParameterValue fallback;  // the default, of the type's alternative
  std::string help;         // one sentence, with the formula where it has one
  std::string unit;
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  bool lowest_excluded = false;  // the range is open at the low end: "> 0"
  std::vector<Choice> choices;
  std::string of_input;   // column, columns: whose columns
  bool required = false;  // must be given: no sensible default exists
  bool advanced = false;  // folded away under "More"
  std::string shown_if;   // "model=mlp|ridge": only where another parameter has this value
};

struct Input {
  std::string id;
  std::string title;
  std::vector<Kind> kinds;  // which kinds it takes
  std::string help;
  bool required = true;
  bool many = false;  // may be given several times
};

struct Output {
  std::string id;
  Kind kind = Kind::table;
  std::string title;
  std::string help;
  bool always = true;  // false: made only for some parameters, as `help` says
};

struct Metric {
  std::string id;  // snake_case, a member of run.json's "metrics"
  std::string title;
  std::string unit;
  std::string help;
};

struct Declaration {
  std::string id;  // "explain.shap"
  int version = 1;
  std::string title;    // "Explain with SHAP values"
  std::string summary;  // one paragraph
  std::string source;   // the paper: authors, year, title
  std::vector<Input> inputs;
  std::vector<Parameter> parameters;
  std::vector<Output> outputs;
  std::vector<Metric> metrics;
  bool uses_gpu = false;
  bool distributed = false;

  const Input* findInput(std::string_view id) const;
  const Parameter* findParameter(std::string_view id) const;
};

std::string_view name(Parameter::Type type);
std::string textOf(const ParameterValue& value);  // as typed after KEY=
nlohmann::json toJson(const ParameterValue& value);
nlohmann::json toJson(const Declaration& declaration);  // `lineament analyses ID --json`

// "in 1 to 4096", "greater than 0", "one of ols, ridge, mlp"; empty where anything goes.
std::string rangeText(const Parameter& parameter);

}  // namespace lineament
