// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <span>

#include "views/cloud/orbit_camera.h"
#include "views/cloud/point_colours.h"
#include "views/common/theme.h"

namespace lineament::views {

// What stands around the points, drawn as vectors on screen and in files alike.

// A vertical bar of the ramp with its range, at the right edge.
void paintColourBar(QPainter& painter, const QSizeF& size, const PointColouring& colouring,
                    std::span<const QRgb> ramp, const Theme& theme);

// The directions of x, y and z, in the lower left corner.
void paintAxes(QPainter& painter, const QSizeF& size, const OrbitCamera& camera,
               const Theme& theme);

// A length on the plane through the camera's focus, a round number of metres.
void paintScaleBar(QPainter& painter, const QSizeF& size, const OrbitCamera& camera,
                   const Theme& theme);

// The largest of 1, 2, 5 times a power of ten that is not above `length`.
double roundLength(double length);

}  // namespace lineament::views
