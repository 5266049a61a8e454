// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/apply_settings.h"

#include "core/base/memory.h"
#include "views/common/colour_map.h"
#include "views/common/theme.h"

namespace lineament::app {

void applySettings(const Settings& settings) {
  static const bool system_was_dark = views::systemIsDark();  // before our palette hides it
  const Settings::ThemeChoice choice = settings.theme();
  const bool dark = choice == Settings::ThemeChoice::dark ||
                    (choice == Settings::ThemeChoice::system && system_was_dark);
  views::setTheme(dark ? views::darkTheme() : views::lightTheme());
  views::preferSafeColours(settings.safeColours());
  setMemoryBudget(settings.memoryBudget());
}

}  // namespace lineament::app
