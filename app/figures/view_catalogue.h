// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <memory>

#include "core/data/data.h"
#include "views/common/view.h"

namespace lineament::app {

// The one list of views: a new one is a class in its room under views/ and a line in
// view_catalogue.cpp.

// What is shown and what is drawn under that name; the first is a widget of the window's thread,
// the second may be made anywhere. Throw Error (usage) "figure.no_view" with the names there are.
std::unique_ptr<views::View> makeView(const QString& id);
std::unique_ptr<views::Figure> makeFigure(const QString& id);

// The ids of the views that show this kind of data, the best first; empty where none does.
QStringList viewsFor(Kind kind);

QString viewTitle(const QString& id);  // "Beeswarm", for tabs and menus

}  // namespace lineament::app
