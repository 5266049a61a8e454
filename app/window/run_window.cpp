// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/run_window.h"

#include <QApplication>

#include "app/window/apply_settings.h"
#include "app/window/main_window.h"
#include "core/analyses/all.h"

namespace lineament::app {

int runWindow(QApplication& application, const QStringList& files) {
  applySettings(Settings());
  MainWindow window(allAnalyses());
  window.show();
  window.openFiles(files);
  return application.exec();
}

}  // namespace lineament::app
