// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QTransform>
#include <optional>

#include "core/data/raster.h"

namespace lineament::views {

// The plane a raster is drawn in: x to the right, y down. With a coordinate reference system north
// is up, whichever way the rows run: the transform turns south-up and rotated rasters. Degrees of
// longitude are narrowed to their width in the raster's middle. Without one, or where the transform
// cannot be turned around, it is the grid of the pixels itself, the first row on top.
class MapPlane {
 public:
  MapPlane() = default;
  explicit MapPlane(const RasterGrid& grid);
  // Of coordinates, y upwards, though no system of them is known.
  static MapPlane ofCoordinates(const RasterGrid& grid);
  // Another grid in the plane of `under`, whose coordinates it must share.
  MapPlane(const RasterGrid& grid, const MapPlane& under);

  bool mapped() const { return mapped_; }  // by coordinates; otherwise in pixels
  const QTransform& fromPixel() const { return from_pixel_; }
  const QTransform& toPixel() const { return to_pixel_; }
  const QRectF& whole() const { return whole_; }  // around all pixels
  double pixel() const { return pixel_; }         // the shorter side of one
  double narrowing() const { return narrowing_; }

  // Coordinates of the CRS, or columns and rows.
  QPointF toMap(const QPointF& plane) const;
  QPointF fromMap(const QPointF& map) const;

 private:
  MapPlane(const RasterGrid& grid, bool mapped);
  void place(const RasterGrid& grid);

  bool mapped_ = false;
  double narrowing_ = 1;
  double pixel_ = 1;
  QTransform from_pixel_, to_pixel_;
  QRectF whole_;
};

// Files write the same system in more ways than one.
bool sameSystem(const Crs& a, const Crs& b);

// Where `grid` lies in the plane of another raster: by the transforms of both, where their systems
// are the same and some of one lies over the other; pixel on pixel where one of them has no system
// and both have the same size. Nothing otherwise.
std::optional<MapPlane> planeWithin(const RasterGrid& grid, const RasterGrid& other);

// What part of the plane is seen in a plot, and how large. Lengths on the figure are in its units.
class MapCamera {
 public:
  MapCamera(const MapPlane& plane, const QRectF& plot);  // all of the raster
  // As much of the plane as shows all of `part`.
  MapCamera(const MapPlane& plane, const QRectF& plot, const QRectF& part);

  // The same places in another plot of the figure.
  MapCamera over(const QRectF& plot) const;

  double scale() const { return scale_; }  // units per unit of the plane
  const QRectF& plot() const { return plot_; }
  QRectF visible() const;  // of the plane
  QTransform fromPlane() const;
  QTransform fromPixel() const { return plane_.fromPixel() * fromPlane(); }
  QPointF toPlane(const QPointF& at) const;
  QPointF toPixel(const QPointF& at) const { return plane_.toPixel().map(toPlane(at)); }
  QPointF toMap(const QPointF& at) const { return plane_.toMap(toPlane(at)); }
  QRectF visiblePixels() const;  // around what is visible of the grid; empty where nothing is
  double unitsPerPixel() const { return scale_ * plane_.pixel(); }

  // The middle stays on the raster; a fourth of the fitted size and a pixel of 100 units are the
  // ends of zooming.
  void pan(const QPointF& units);  // by dragging so far
  void zoomAbout(double factor, const QPointF& at);

 private:
  void lookAt(const QRectF& part);
  double fittedScale(const QRectF& part) const;
  void keepOnRaster();

  MapPlane plane_;
  QRectF plot_;
  QPointF middle_;
  double scale_ = 1;
};

// The smallest area of whole pixels around a plot, `ratio` pixels to a unit: pictures of it are
// laid on the screen pixel on pixel.
QRectF wholePixels(const QRectF& plot, double ratio);

}  // namespace lineament::views
