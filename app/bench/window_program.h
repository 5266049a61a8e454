// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

namespace lineament::app {

// Starts this program once more with these words, which open a window that measures itself, and
// returns what it printed. The window keeps its settings and projects in a folder of its own that
// is gone afterwards. Throws Error "bench.display" where there is no display, "bench.window" when
// the window does not end well within `patience_ms`.
QByteArray outputOfWindow(const QStringList& words, int patience_ms);

}  // namespace lineament::app
