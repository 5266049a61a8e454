// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <cstddef>

class QPainter;

namespace lineament::views {

// Shapes that tell curves apart without colour.
enum class Marker { disc, triangle, square, diamond, cross };
Marker markerOf(std::size_t curve);

// With the painter's pen and brush; shapes of one radius cover about one area.
void drawMarker(QPainter& painter, Marker marker, const QPointF& at, double radius);

}  // namespace lineament::views
