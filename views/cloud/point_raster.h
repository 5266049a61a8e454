// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRgb>
#include <vector>

#include "core/data/point_cloud.h"
#include "views/cloud/orbit_camera.h"
#include "views/cloud/point_colours.h"

namespace lineament::views {

// A picture of points that grows: every point as a disc of `point_size` pixels, the nearest in
// front, on a transparent ground. Drawn by the processor, so that it needs no display and gives the
// same bytes on every machine.
class PointRaster {
 public:
  PointRaster() = default;
  PointRaster(const OrbitCamera& camera, const QSize& pixels, double point_size);

  void add(const float* position, QRgb colour);  // x, y, z in metres
  const QImage& picture() const { return picture_; }

 private:
  QImage picture_;
  std::vector<float> depth_;  // of each pixel, in metres
  OrbitCamera::Projection projection_;
  double point_size_ = 1;
};

// The whole cloud, for files and reports.
QImage rasterOfPoints(const PointCloud& cloud, const PointColour& colours,
                      const OrbitCamera& camera, const QSize& pixels, double point_size);

}  // namespace lineament::views
