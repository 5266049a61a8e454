// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/orbit_camera.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace lineament::views {

namespace {

constexpr double kNearest = 0.05;  // metres
constexpr double kFarthest = 1e6;
// Straight up and down are left out: there the turntable has no unique right.
constexpr double kSteepest = std::numbers::pi / 2 - 0.01;

}  // namespace

std::optional<OrbitCamera::Projected> OrbitCamera::Projection::operator()(
    const Eigen::Vector3d& point) const {
  const Eigen::Vector3d ray = point - eye;
  const double depth = ray.dot(forward);
  if (!(depth > kNearest)) return std::nullopt;
  const double x = centre.x() + scale * ray.dot(right) / depth;
  const double y = centre.y() - scale * ray.dot(up) / depth;
  return Projected{{x, y}, depth};
}

Eigen::Vector3d OrbitCamera::eye() const {
  const double level = std::cos(elevation_);
  return focus_ + distance_ * Eigen::Vector3d(level * std::cos(azimuth_),
                                              level * std::sin(azimuth_), std::sin(elevation_));
}

Eigen::Vector3d OrbitCamera::up() const {
  const Eigen::Vector3d forward = (focus_ - eye()).normalized();
  const Eigen::Vector3d right = forward.cross(Eigen::Vector3d::UnitZ()).normalized();
  return right.cross(forward);
}

OrbitCamera::Projection OrbitCamera::projection(const QSizeF& picture) const {
  Projection projection;
  projection.eye = eye();
  projection.forward = (focus_ - projection.eye).normalized();
  projection.up = up();
  projection.right = projection.forward.cross(projection.up);
  projection.scale = picture.height() / 2 / std::tan(field_of_view_ / 2);
  projection.centre = {picture.width() / 2, picture.height() / 2};
  return projection;
}

void OrbitCamera::look(const Eigen::Vector3d& new_focus, double new_distance, double new_azimuth,
                       double new_elevation) {
  focus_ = new_focus;
  distance_ = std::clamp(new_distance, kNearest, kFarthest);
  azimuth_ = std::remainder(new_azimuth, 2 * std::numbers::pi);
  elevation_ = std::clamp(new_elevation, -kSteepest, kSteepest);
}

void OrbitCamera::orbit(const QPointF& pixels) {
  constexpr double kRadiansPerPixel = 0.006;
  look(focus_, distance_, azimuth_ - kRadiansPerPixel * pixels.x(),
       elevation_ + kRadiansPerPixel * pixels.y());
}

void OrbitCamera::pan(const QPointF& pixels, const QSizeF& picture) {
  const Projection now = projection(picture);
  const double metres = distance_ / now.scale;
  focus_ += metres * (pixels.y() * now.up - pixels.x() * now.right);
}

void OrbitCamera::zoomAbout(double factor, const QPointF& pixel, const QSizeF& picture) {
  const Projection before = projection(picture);
  const double wanted = std::clamp(distance_ / factor, kNearest, kFarthest);
  const QPointF from_centre = pixel - before.centre;
  // The point of the focal plane under the pointer stays there.
  const double slide = (distance_ - wanted) / before.scale;
  focus_ += slide * (from_centre.x() * before.right - from_centre.y() * before.up);
  distance_ = wanted;
}

void OrbitCamera::fit(const PointCloud::Bounds& bounds, const QSizeF& picture) {
  const Eigen::Vector3d low = Eigen::Vector3f(bounds.low.data()).cast<double>();
  const Eigen::Vector3d high = Eigen::Vector3f(bounds.high.data()).cast<double>();
  const double radius = std::max(0.5 * (high - low).norm(), 0.5);
  const double narrow = std::min(1.0, picture.width() / std::max(picture.height(), 1.0));
  const double half_view = std::atan(std::tan(field_of_view_ / 2) * narrow);
  look(0.5 * (low + high), radius / std::sin(half_view), azimuth_, elevation_);
}

}  // namespace lineament::views
