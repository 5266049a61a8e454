// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/window/settings.h"

namespace lineament::app {

// Makes the whole application follow them: theme, colours, memory budget. The number of threads is
// asked for by each run.
void applySettings(const Settings& settings);

}  // namespace lineament::app
