// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_camera.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lineament::views {

namespace {

constexpr double kFarthest = 0.25;  // of the scale that shows all
constexpr double kClosest = 100;    // units of a pixel
constexpr double kNarrowest = 0.02;

double narrowingOf(const RasterGrid& grid) {
  if (!grid.crs.geographic) return 1;
  const double latitude =
      grid.toMap(static_cast<double>(grid.columns) / 2, static_cast<double>(grid.rows) / 2)[1];
  return std::max(std::cos(latitude * std::numbers::pi / 180), kNarrowest);
}

bool usable(const RasterGrid& grid) {
  if (!grid.crs.known() || !grid.toPixel(grid.transform[0], grid.transform[3])) return false;
  return std::all_of(grid.transform.begin(), grid.transform.end(),
                     [](double value) { return std::isfinite(value); });
}

}  // namespace

bool sameSystem(const Crs& a, const Crs& b) {
  if (a.wkt == b.wkt) return true;
  return !a.name.empty() && a.name == b.name && a.unit == b.unit;
}

MapPlane::MapPlane(const RasterGrid& grid) : MapPlane(grid, usable(grid)) {}

MapPlane MapPlane::ofCoordinates(const RasterGrid& grid) {
  return {grid, true};
}

MapPlane::MapPlane(const RasterGrid& grid, bool mapped) : mapped_(mapped) {
  if (mapped_) narrowing_ = narrowingOf(grid);
  place(grid);
}

MapPlane::MapPlane(const RasterGrid& grid, const MapPlane& under)
    : mapped_(under.mapped_), narrowing_(under.narrowing_) {
  place(grid);
}

void MapPlane::place(const RasterGrid& grid) {
  if (mapped_) {
    const auto& t = grid.transform;
    from_pixel_ =
        QTransform(narrowing_ * t[1], -t[4], narrowing_ * t[2], -t[5], narrowing_ * t[0], -t[3]);
    to_pixel_ = from_pixel_.inverted();
  }
  const QRectF pixels(0, 0, std::max(static_cast<double>(grid.columns), 1.0),
                      std::max(static_cast<double>(grid.rows), 1.0));
  whole_ = from_pixel_.mapRect(pixels);
  pixel_ = std::min(std::hypot(from_pixel_.m11(), from_pixel_.m12()),
                    std::hypot(from_pixel_.m21(), from_pixel_.m22()));
}

std::optional<MapPlane> planeWithin(const RasterGrid& grid, const RasterGrid& other) {
  const MapPlane under(other);
  if (usable(grid) && under.mapped()) {
    if (!sameSystem(grid.crs, other.crs)) return std::nullopt;
    const MapPlane placed(grid, under);
    return placed.whole().intersects(under.whole()) ? std::optional(placed) : std::nullopt;
  }
  const bool same_size = grid.columns == other.columns && grid.rows == other.rows;
  return same_size ? std::optional(under) : std::nullopt;
}

QPointF MapPlane::toMap(const QPointF& plane) const {
  return mapped_ ? QPointF(plane.x() / narrowing_, -plane.y()) : plane;
}

QPointF MapPlane::fromMap(const QPointF& map) const {
  return mapped_ ? QPointF(map.x() * narrowing_, -map.y()) : map;
}

MapCamera::MapCamera(const MapPlane& plane, const QRectF& plot)
    : MapCamera(plane, plot, plane.whole()) {}

MapCamera::MapCamera(const MapPlane& plane, const QRectF& plot, const QRectF& part)
    : plane_(plane), plot_(plot) {
  lookAt(part.isValid() ? part : plane.whole());
}

MapCamera MapCamera::over(const QRectF& plot) const {
  return {plane_, plot, {toPlane(plot.topLeft()), toPlane(plot.bottomRight())}};
}

double MapCamera::fittedScale(const QRectF& part) const {
  return std::max(std::min(plot_.width() / part.width(), plot_.height() / part.height()), 1e-12);
}

void MapCamera::lookAt(const QRectF& part) {
  middle_ = part.center();
  scale_ = fittedScale(part);
}

QRectF MapCamera::visible() const {
  const QSizeF size = plot_.size() / scale_;
  return {middle_ - QPointF(size.width(), size.height()) / 2, size};
}

QTransform MapCamera::fromPlane() const {
  const QPointF to = plot_.center() - middle_ * scale_;
  return {scale_, 0, 0, scale_, to.x(), to.y()};
}

QPointF MapCamera::toPlane(const QPointF& at) const {
  return middle_ + (at - plot_.center()) / scale_;
}

QRectF MapCamera::visiblePixels() const {
  const QRectF all = plane_.toPixel().mapRect(plane_.whole());
  return plane_.toPixel().mapRect(visible()).intersected(all);
}

void MapCamera::keepOnRaster() {
  const QRectF& whole = plane_.whole();
  middle_ = {std::clamp(middle_.x(), whole.left(), whole.right()),
             std::clamp(middle_.y(), whole.top(), whole.bottom())};
}

void MapCamera::pan(const QPointF& units) {
  middle_ -= units / scale_;
  keepOnRaster();
}

void MapCamera::zoomAbout(double factor, const QPointF& at) {
  const double all = fittedScale(plane_.whole());
  const double closest = std::max(kClosest / plane_.pixel(), all);
  const QPointF held = toPlane(at);
  scale_ = std::clamp(scale_ * factor, kFarthest * all, closest);
  middle_ = held - (at - plot_.center()) / scale_;
  keepOnRaster();
}

QRectF wholePixels(const QRectF& plot, double ratio) {
  constexpr double kNearly = 1e-6;  // what is on a pixel's edge needs no other pixel
  const QPointF first(std::floor(plot.left() * ratio + kNearly),
                      std::floor(plot.top() * ratio + kNearly));
  const QPointF last(std::ceil(plot.right() * ratio - kNearly),
                     std::ceil(plot.bottom() * ratio - kNearly));
  return {first / ratio, last / ratio};
}

}  // namespace lineament::views
