// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/analysis/declaration.h"

namespace lineament {

// The parameters of one run, checked against their declaration: every declared parameter has a
// value of its type and inside its range, and nothing else is there.
class Parameters {
 public:
  Parameters() = default;

  // From what people typed, `KEY=VALUE` each, or chose in the form. Throws Error (usage) that
  // names the parameter, its range, and the nearest known names for a misspelt key. `required`
  // parameters left out throw too.
  static Parameters fromText(const Declaration& declaration,
                             const std::vector<std::pair<std::string, std::string>>& settings);
  static Parameters fromJson(const Declaration& declaration, const nlohmann::json& json);

  bool flag(std::string_view id) const;
  std::int64_t integer(std::string_view id) const;
  double real(std::string_view id) const;
  const std::string& text(std::string_view id) const;  // text, choice, column
  const std::vector<std::string>& list(std::string_view id) const;

  const std::map<std::string, ParameterValue, std::less<>>& values() const { return values_; }
  nlohmann::json toJson() const;

 private:
  std::map<std::string, ParameterValue, std::less<>> values_;
};

// One value from its text: numbers through std::from_chars, booleans as true/false/yes/no/1/0,
// column lists separated by commas (a name with a comma stands in double quotes).
ParameterValue parameterFromText(const Parameter& parameter, std::string_view text);

// Whether `parameter.shown_if` holds among these values.
bool isShown(const Parameter& parameter,
             const std::map<std::string, ParameterValue, std::less<>>& values);

}  // namespace lineament
