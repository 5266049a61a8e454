// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figures/offscreen.h"

#include <clocale>

namespace lineament::app {

OffscreenDrawing::OffscreenDrawing() {
  if (QCoreApplication::instance()) return;
  static char name[] = "lineament";
  static char* arguments[] = {name, nullptr};
  static int count = 1;
  if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  // Qt talks about the session it does not find; nobody asked for one here.
  const QtMessageHandler usual =
      qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
  application_ = std::make_unique<QApplication>(count, arguments);
  qInstallMessageHandler(usual);
  std::setlocale(LC_NUMERIC, "C");  // the application has set the system's
}

}  // namespace lineament::app
