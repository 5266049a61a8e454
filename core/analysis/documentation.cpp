// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/documentation.h"

#include <fmt/ranges.h>

#include <sstream>

namespace lineament {

namespace {

std::string kindsText(const Input& input) {
  std::vector<std::string_view> kinds;
  for (const Kind kind : input.kinds) kinds.push_back(name(kind));
  return fmt::format("{}", fmt::join(kinds, " or "));
}

// "default 0.001, greater than 0"
std::string defaultAndRange(const Parameter& parameter) {
  std::string text;
  if (parameter.required) {
    text = "required";
  } else if (const std::string fallback = textOf(parameter.fallback); !fallback.empty()) {
    text = "default " + fallback;
    if (!parameter.unit.empty()) text += " " + parameter.unit;
  }
  const std::string range = rangeText(parameter);
  if (!range.empty()) text += (text.empty() ? "" : ", ") + range;
  return text;
}

// Breaks a paragraph into lines of at most 80 letters behind an indent.
std::string wrapped(std::string_view paragraph, std::size_t indent) {
  std::istringstream words{std::string(paragraph)};
  std::string text, line, word;
  while (words >> word) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > 80) {
      text += std::string(indent, ' ') + line + "\n";
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  return line.empty() ? text : text + std::string(indent, ' ') + line + "\n";
}

}  // namespace

std::string parametersText(const Declaration& d) {
  std::string text;
  for (const Parameter& parameter : d.parameters) {
    text += fmt::format("  {} ({}; {})\n{}", parameter.id, name(parameter.type),
                        defaultAndRange(parameter), wrapped(parameter.help, 6));
    for (const auto& choice : parameter.choices) {
      if (choice.help.empty()) continue;
      text += wrapped(fmt::format("{}: {}", choice.value, choice.help), 8);
    }
  }
  return text;
}

std::string helpText(const Declaration& d) {
  std::string text = fmt::format("{}  {}\n\n{}", d.id, d.title, wrapped(d.summary, 2));
  if (!d.source.empty()) text += wrapped("Source: " + d.source, 2);
  text += "\nInputs (--input NAME=FILE; how it is read: --read NAME.KEY=VALUE)\n";
  for (const Input& input : d.inputs) {
    text += fmt::format("  {} ({}{}{})\n{}", input.id, kindsText(input),
                        input.required ? "" : ", optional",
                        input.many ? ", may be given several times" : "", wrapped(input.help, 6));
  }
  text += "\nParameters (--set KEY=VALUE)\n";
  text += parametersText(d);
  text += "\nOutputs\n";
  for (const Output& output : d.outputs) {
    text += fmt::format("  {} ({})\n{}", output.id, name(output.kind), wrapped(output.help, 6));
  }
  if (!d.metrics.empty()) text += "\nMetrics\n";
  for (const Metric& metric : d.metrics) {
    text += fmt::format("  {}\n{}", metric.id, wrapped(metric.help, 6));
  }
  return text;
}

std::string documentationPage(const Declaration& d) {
  std::string page =
      fmt::format("# {}\n\n`{}`, version {}\n\n{}\n", d.title, d.id, d.version, d.summary);
  if (!d.source.empty()) page += fmt::format("\nSource: {}\n", d.source);
  page += "\n## Inputs\n\n| name | kind | what it is |\n| --- | --- | --- |\n";
  for (const Input& input : d.inputs) {
    page += fmt::format("| `{}` | {}{} | {} |\n", input.id, kindsText(input),
                        input.required ? "" : " (optional)", input.help);
  }
  page +=
      "\n## Parameters\n\n| name | type | default and range | meaning |\n| --- | --- | --- | --- "
      "|\n";
  for (const Parameter& parameter : d.parameters) {
    page += fmt::format("| `{}` | {} | {} | {} |\n", parameter.id, name(parameter.type),
                        defaultAndRange(parameter), parameter.help);
  }
  page += "\n## Outputs\n\n| name | kind | what it is |\n| --- | --- | --- |\n";
  for (const Output& output : d.outputs) {
    page += fmt::format("| `{}` | {} | {} |\n", output.id, name(output.kind), output.help);
  }
  if (d.metrics.empty()) return page;
  page += "\n## Metrics\n\n| name | meaning |\n| --- | --- |\n";
  for (const Metric& metric : d.metrics)
    page += fmt::format("| `{}` | {} |\n", metric.id, metric.help);
  return page;
}

}  // namespace lineament
