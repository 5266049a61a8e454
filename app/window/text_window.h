// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace lineament::app {

// Opens formatted text (CommonMark) in a window of its own beside the main one: a page of the
// manual, the log of a run, what the program is.
void showText(QWidget* parent, const QString& title, const QString& markdown);

}  // namespace lineament::app
