// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lineament::app {

class ActionRegistry;
class MainWindow;

// The table of everything that can be done in the window: menus, keys and palette come from it.
void addCommands(MainWindow& window, ActionRegistry& actions);

}  // namespace lineament::app
