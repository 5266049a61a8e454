// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainterPath>
#include <QPolygonF>
#include <QRectF>

namespace lineament::views {

// Cutting by hand, as not every file of vectors knows how to clip.

// The part of a ring's area in a box; along the box's sides where it was cut.
QPolygonF clippedArea(const QPolygonF& ring, const QRectF& box);

// Adds the parts of a line that lie in a box.
void addClippedLine(QPainterPath& path, const QPolygonF& line, const QRectF& box);

}  // namespace lineament::views
