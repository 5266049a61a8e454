// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <memory>

namespace lineament::app {

// While it lives there is an application to draw figures with, on the platform that needs no
// display, unless the environment (QT_QPA_PLATFORM) names another one. Where the program has its
// application already, that one serves. To be made on the main thread.
class OffscreenDrawing {
 public:
  OffscreenDrawing();

 private:
  std::unique_ptr<QApplication> application_;
};

}  // namespace lineament::app
