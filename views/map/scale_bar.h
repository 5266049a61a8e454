// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QString>

#include "views/common/theme.h"
#include "views/map/map_camera.h"

namespace lineament::views {

// A round length on the map.
struct ScaleBar {
  double width = 0;   // units of the figure; 0: there is none to show
  QString label;      // "500 m", "2 km", "1,000 ft", "200 px"
  double length = 0;  // in the label's unit
};

// The longest of 1, 2 and 5 times a power of ten that is at most `longest` units wide, along the
// middle of the picture: metres and kilometres, the system's own unit where that is not the metre,
// pixels where there is no system.
ScaleBar scaleBarFor(const Crs& crs, const MapPlane& plane, const MapCamera& camera,
                     double longest);

// Metres of a degree of longitude on the ellipsoid of WGS 84.
double metresOfLongitude(double latitude);

// Its left end at `at`, the length right of it.
void drawScaleBar(QPainter& painter, const QPointF& at, const ScaleBar& bar, const Theme& theme);

}  // namespace lineament::views
