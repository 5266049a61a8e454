// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/project_items.h"

#include <fmt/ranges.h>

#include <charconv>

#include "core/data/table.h"

namespace lineament::app::cli {

using project::Id;
using project::Project;

namespace {

constexpr ErrorText kNoItem{"cli.no_item", "Find '{word}' in {project}",
                            "there is no source and no result of that name or number", "",
                            "{suggestion}"};

Id numberFromText(std::string_view text) {
  Id id = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), id);
  return problem == std::errc{} && end == text.data() + text.size() ? id : 0;
}

}  // namespace

std::string itemText(const project::Run& run, const project::Result& result) {
  return fmt::format("{}/{}", run.title, result.output);
}

Id itemFromText(const Project& project, const std::string& word) {
  const Id number = numberFromText(word);
  std::vector<std::string> names;
  for (const auto& source : project.sources()) {
    if (source.id == number || source.name == word) return source.id;
    names.push_back(source.name);
  }
  const auto runs = project.runs();
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    for (const auto& result : project.resultsOf(run->id)) {
      const std::string name = itemText(*run, result);
      const std::string numbered = fmt::format("{}/{}", run->id, result.output);
      if (result.id == number || name == word || numbered == word) return result.id;
      names.push_back(name);
    }
  }
  const auto nearest = nearestNames(word, names);
  throw Error::usage(
      kNoItem,
      {{"word", word},
       {"project", project.path().filename().string()},
       {"suggestion", !nearest.empty() ? "Did you mean " + nearest[0]
                      : names.empty()  ? std::string("Add a file to the project first")
                                       : fmt::format("It has {}", fmt::join(names, ", "))}});
}

}  // namespace lineament::app::cli
