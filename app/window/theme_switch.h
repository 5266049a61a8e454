// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/window/settings.h"

namespace lineament::app {

// Applies the chosen theme to the whole application.
void applyTheme(Settings::ThemeChoice choice);

}  // namespace lineament::app
