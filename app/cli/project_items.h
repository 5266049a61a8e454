// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/project/project.h"

namespace lineament::app::cli {

// The source or result that a word on the command line means: its number, a source's name, or
// "RUN/OUTPUT" with a run's title or number and an output's name. Where several runs have the
// title, the last one is meant. Throws Error (usage) "cli.no_item" with the names there are.
project::Id itemFromText(const project::Project& project, const std::string& word);

// How such an item is written so that itemFromText finds it.
std::string itemText(const project::Run& run, const project::Result& result);

}  // namespace lineament::app::cli
