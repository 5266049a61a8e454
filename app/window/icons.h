// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

namespace lineament::app {

// One of our own line icons (app/window/icons), drawn in the colour of the theme's text, so that it
// serves light and dark. Draw it anew when the theme changes.
QIcon lineIcon(const QString& name);

// The platform's icon of that freedesktop name, else our own.
QIcon platformIcon(const QString& freedesktop_name, const QString& own_name);

}  // namespace lineament::app
