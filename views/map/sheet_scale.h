// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <optional>

#include "core/data/raster.h"
#include "views/map/map_camera.h"

namespace lineament::views {

// The smallest of 1, 1.5, 2, 2.5, 3, 4, 5 and 7.5 times a power of ten that is at least `least`:
// the N of a scale 1:N that people know from maps.
double roundScale(double least);

// Units of a figure for one unit of the map's plane at a scale of 1:1: lengths on the paper are
// true where the system is projected. Nothing in degrees and where coordinates are pixels.
std::optional<double> unitsAtFullSize(const Crs& crs, const MapPlane& plane);

// Where a map lies on a sheet.
struct PlacedMap {
  QRectF plot;             // on the sheet, in units
  QRectF part;             // of the map's plane, of the plot's shape
  double scale = 1;        // units per unit of the plane
  double denominator = 0;  // the N of 1:N; 0: the map has no one scale
};

// Lays `part` of the plane into the panel at 1:`asked`, or for 0 at the largest round scale that
// shows all of it. Where there is more room, the plot shows more of the map, as far as the map
// goes; where the map is smaller than the panel, the plot ends with it, in the panel's middle.
PlacedMap placeMap(const Crs& crs, const MapPlane& plane, const QRectF& part, const QRectF& panel,
                   double asked);

}  // namespace lineament::views
