// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/read_settings.h"

#include <fmt/ranges.h>

#include <set>

#include "core/analysis/documentation.h"
#include "core/base/error.h"

namespace lineament::app::cli {

namespace {

constexpr ErrorText kReadInput{"cli.read_input", "Read --read '{setting}'", "{found}", "",
                               "{remedy}"};

[[noreturn]] void refuse(const std::string& setting, const std::string& name,
                         const std::set<std::string>& inputs) {
  const std::string names = fmt::format("{}", fmt::join(inputs, ", "));
  if (inputs.empty()) {
    throw Error::usage(kReadInput, {{"setting", setting},
                                    {"found", "no file was given"},
                                    {"remedy", "Give a file with --input NAME=PATH"}});
  }
  if (name.empty()) {
    throw Error::usage(kReadInput,
                       {{"setting", setting},
                        {"found", "it has to be said which input it is for"},
                        {"remedy", "Write NAME.KEY=VALUE; the inputs given are " + names}});
  }
  throw Error::usage(kReadInput,
                     {{"setting", setting},
                      {"found", fmt::format("no file was given for an input '{}'", name)},
                      {"remedy", "The inputs given are " + names}});
}

}  // namespace

Option readOption(std::string_view value, std::string_view help) {
  return {"--read", value, help, false, true};
}

ReadSettings::ReadSettings(const Arguments& arguments, const NamedPaths& named_paths) {
  std::set<std::string> names;
  for (const auto& [name, path] : named_paths) names.insert(name);
  for (const auto& [key, value] : arguments.pairs("--read")) {
    const std::size_t dot = key.find('.');
    std::string name = dot == key.npos ? std::string() : key.substr(0, dot);
    if (name.empty() && names.size() == 1) name = *names.begin();
    if (!names.contains(name)) refuse(key + "=" + value, name, names);
    settings_.push_back({name, {dot == key.npos ? key : key.substr(dot + 1), value}});
  }
}

io::ReaderSettings ReadSettings::of(std::string_view input) const {
  io::ReaderSettings own;
  for (const auto& [name, setting] : settings_) {
    if (name == input) own.push_back(setting);
  }
  return own;
}

std::string readerOptionsHelp() {
  std::string text;
  for (const auto& reader : io::readers()) {
    if (reader->options().parameters.empty()) continue;
    text += fmt::format("\nHow files are read: {} (--read KEY=VALUE)\n{}", reader->title(),
                        parametersText(reader->options()));
  }
  return text;
}

}  // namespace lineament::app::cli
