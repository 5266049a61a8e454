// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/theme_switch.h"

#include "views/common/theme.h"

namespace lineament::app {

void applyTheme(Settings::ThemeChoice choice) {
  static const bool system_was_dark = views::systemIsDark();  // before our palette hides it
  const bool dark = choice == Settings::ThemeChoice::dark ||
                    (choice == Settings::ThemeChoice::system && system_was_dark);
  views::setTheme(dark ? views::darkTheme() : views::lightTheme());
}

}  // namespace lineament::app
