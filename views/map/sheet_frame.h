// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QRectF>

#include "views/common/theme.h"
#include "views/map/map_camera.h"
#include "views/map/scale_bar.h"

namespace lineament::views {

// What a frame takes around the map: its bands, ticks and coordinates; or the line alone.
constexpr double kSheetFrame = 24;
constexpr double kBareFrame = 4;

// The frame of a printed map: bands that are dark and light in turn between the lines of its
// coordinates, which are written along all four sides, and crosses where they meet on the map.
void drawSheetFrame(QPainter& painter, const MapCamera& camera, const MapPlane& plane,
                    const Crs& crs, bool coordinates, const Theme& theme);

// A bar of dark and light parts with the lengths at its ends and in its middle, below it.
constexpr double kSheetBarHeight = 20;
void drawSheetBar(QPainter& painter, const QPointF& top_left, const ScaleBar& bar,
                  const Theme& theme);

}  // namespace lineament::views
