// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "views/map/map_camera.h"
#include "views/map/map_picture.h"

namespace lineament::views {

// One raster of a map: where it lies in the map's plane, and what has been read of it so far.
struct RasterLayer {
  Raster raster;
  MapPlane plane;
  std::shared_ptr<const MapOverview> overview;
  std::shared_ptr<const MapPicture> print;  // what is seen, fine enough for print
  double reduction = 1;                     // pixels of a cell of what is shown
  std::string origin{};                     // of its data: what selections of its pixels count in

  bool categorical() const { return raster.categorical(); }
  // The same part of the plane, over this raster's pixels.
  MapCamera camera(const MapCamera& map) const { return {plane, map.plot(), map.visible()}; }

  // Reads for a file what a screen has read in the background, fine enough for the size of the
  // map's plot. Throws Cancelled.
  void prepare(const MapSettings& settings, const MapCamera& map, const Context& context);
  // Of what has been read, the map's plot, `ratio` pixels to a unit.
  QImage picture(const MapCamera& map, double ratio, Patterns patterns = Patterns::within) const;
  // The patterns of the classes in an area of the map's plot, as lines.
  void drawPatterns(QPainter& painter, const MapCamera& map, const QRectF& area) const;
};

}  // namespace lineament::views
