// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <vector>

#include "app/cli/arguments.h"
#include "app/cli/terminal.h"
#include "core/analysis/declaration.h"
#include "core/base/context.h"

namespace lineament::app::cli {

// The options that every command with an analysis in it takes: --device, --threads, --seed.
std::vector<Option> runOptions();

// The context of a run from these options. Throws Error (usage) when a device is asked for that is
// not there; where the choice is left to the program, what it fell back to is logged.
Context runContext(const Arguments& arguments, const Declaration& declaration, std::stop_token stop,
                   Terminal& terminal);

}  // namespace lineament::app::cli
