// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli/arguments.h"
#include "core/io/reader.h"

namespace lineament::app::cli {

// The option `--read` of commands that read files, with the words that say what KEY may be.
Option readOption(std::string_view value, std::string_view help);

// What `--input NAME=PATH ...` says.
using NamedPaths = std::vector<std::pair<std::string, std::string>>;

// What `--read NAME.KEY=VALUE` says of each input that has files. KEY without a NAME goes to the
// one input there is. Throws Error (usage) "cli.read_input" where NAME is missing or names an input
// that was given no file.
class ReadSettings {
 public:
  ReadSettings(const Arguments& arguments, const NamedPaths& named_paths);

  io::ReaderSettings of(std::string_view input) const;

 private:
  std::vector<std::pair<std::string, std::pair<std::string, std::string>>> settings_;
};

// The options of every reader that has some, for a command's help.
std::string readerOptionsHelp();

}  // namespace lineament::app::cli
