// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QString>
#include <vector>

#include "views/common/theme.h"
#include "views/map/map_camera.h"

namespace lineament::views {

// A line of equal coordinate, where it meets the frame.
struct GraticuleLine {
  double at = 0;  // x or y on the figure
  QString label;  // "512,000 m", "51.2° N"; a column or row without a system
};

struct Graticule {
  std::vector<GraticuleLine> upright;  // of equal x
  std::vector<GraticuleLine> level;    // of equal y
};

// Round coordinates, steps of 1, 2 or 5 times a power of ten about `spacing` units apart.
Graticule graticuleFor(const Crs& crs, const MapPlane& plane, const MapCamera& camera,
                       double spacing = 110);

// The crosses alone: dark on white, so that they are seen on any picture.
void drawGraticuleCrosses(QPainter& painter, const QRectF& plot, const Graticule& graticule);

constexpr double kGraticuleMargin = 18;  // for the labels, left of the map and below it

// Ticks with labels outside the frame, and crosses where the lines meet inside it.
void drawGraticule(QPainter& painter, const MapCamera& camera, const Graticule& graticule,
                   const Theme& theme);

}  // namespace lineament::views
