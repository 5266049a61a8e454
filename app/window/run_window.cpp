// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/run_window.h"

#include <QApplication>

#include "app/window/main_window.h"
#include "app/window/theme_switch.h"
#include "core/analyses/all.h"
#include "core/base/memory.h"

namespace lineament::app {

int runWindow(QApplication& application, const QStringList& files) {
  const Settings settings;
  applyTheme(settings.theme());
  if (settings.memoryBudget() > 0) setMemoryBudget(settings.memoryBudget());
  MainWindow window(allAnalyses());
  window.show();
  window.openFiles(files);
  return application.exec();
}

}  // namespace lineament::app
