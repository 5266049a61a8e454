// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <string>
#include <vector>

#include "core/data/point_cloud.h"
#include "views/cloud/orbit_camera.h"
#include "views/cloud/point_colours.h"
#include "views/common/figure.h"

namespace lineament::views {

// A point cloud as a camera sees it, drawn by the processor. Options: "colour_by" (a quantity),
// "point_size" (pixels), "camera" {focus, distance, azimuth, elevation}. Figure id "cloud".
class CloudFigure : public Copied<CloudFigure, Figure> {
  Q_DECLARE_TR_FUNCTIONS(CloudFigure)

 public:
  QString id() const override { return QStringLiteral("cloud"); }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& given) override;
  nlohmann::json options() const override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QString caption() const override;

  const PointCloud& cloud() const { return cloud_; }
  const std::string& origin() const { return origin_; }
  double pointSize() const { return point_size_; }
  const PointColouring& colouring() const { return colouring_; }

  PointColour coloursFor(const Theme& theme) const;
  // Points that a ring is drawn around: of the chosen ones as many as can be told apart, evenly.
  std::vector<std::size_t> ringed() const;

  const OrbitCamera& camera() const { return camera_; }
  OrbitCamera& camera() { return camera_; }
  // Until then a drawing fits the points to its own size.
  bool fitted() const { return fitted_; }
  void fit(const QSizeF& size);

  // Everything but the points: the chosen ones' rings, and the furniture.
  void paintOver(QPainter& painter, const QSizeF& size, const Theme& theme) const;
  // What stands around the points: scales, axes, and what the one chosen point is.
  void paintFurniture(QPainter& painter, const QSizeF& size, const Theme& theme) const;
  QString describe(std::size_t point) const;

 private:
  OrbitCamera cameraFor(const QSizeF& size) const;

  PointCloud cloud_;
  std::string origin_;
  PointColouring colouring_;
  double point_size_ = 2;
  OrbitCamera camera_;
  bool fitted_ = false;
};

}  // namespace lineament::views
