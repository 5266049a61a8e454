// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lineament::views {

class MapFigure;

// The line below a map: its size, what it is shown with, what is reduced, its system, its stretch.
QString captionOf(const MapFigure& figure);

}  // namespace lineament::views
