// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <QPointF>
#include <QSizeF>
#include <optional>

#include "core/data/point_cloud.h"

namespace lineament::views {

// A turntable: the camera looks at `focus` from `distance` away, z stays up. Angles in radians,
// lengths in the cloud's metres, pixels from the picture's upper left corner.
class OrbitCamera {
 public:
  struct Projected {
    QPointF pixel;
    double depth = 0;  // metres along the line of sight
  };
  // Everything projecting a point takes, worked out once per picture.
  struct Projection {
    Eigen::Vector3d eye, right, up, forward;
    double scale = 1;  // pixels per unit of tangent
    QPointF centre;

    // Nothing for a point behind the camera.
    std::optional<Projected> operator()(const Eigen::Vector3d& point) const;
  };

  const Eigen::Vector3d& focus() const { return focus_; }
  double distance() const { return distance_; }
  double azimuth() const { return azimuth_; }
  double elevation() const { return elevation_; }
  double fieldOfView() const { return field_of_view_; }  // vertical
  Eigen::Vector3d eye() const;
  Eigen::Vector3d up() const;
  Projection projection(const QSizeF& picture) const;

  void look(const Eigen::Vector3d& focus, double distance, double azimuth, double elevation);
  void orbit(const QPointF& pixels);                       // by dragging so far
  void pan(const QPointF& pixels, const QSizeF& picture);  // so that the focus follows the pointer
  void zoomAbout(double factor, const QPointF& pixel, const QSizeF& picture);
  void fit(const PointCloud::Bounds& bounds, const QSizeF& picture);

 private:
  Eigen::Vector3d focus_ = Eigen::Vector3d::Zero();
  double distance_ = 10;
  double azimuth_ =
      3.6;  // seen from behind and a little to the left of a vehicle that looks along x
  double elevation_ = 0.55;  // above the horizon
  double field_of_view_ = 0.6;
};

}  // namespace lineament::views
