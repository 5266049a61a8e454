// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

class QApplication;

namespace lineament::app {

// Opens the window with these projects or data and runs until it is closed. Returns the exit
// status.
int runWindow(QApplication& application, const QStringList& files);

}  // namespace lineament::app
