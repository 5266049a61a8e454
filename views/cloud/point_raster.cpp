// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/point_raster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace lineament::views {

namespace {

// Calls paint(x, y) for the pixels whose centres a point covers. Small points are squares, as
// OpenGL draws them; larger ones are discs.
template <class Paint>
void forCoveredPixels(const QPointF& centre, double diameter, const QRect& inside,
                      const Paint& paint) {
  const double radius = std::max(diameter, 1.0) / 2;
  const auto first = [&](double c) { return static_cast<int>(std::ceil(c - radius - 0.5)); };
  const auto behind = [&](double c) { return static_cast<int>(std::ceil(c + radius - 0.5)); };
  const bool round = diameter >= 3;
  for (int y = std::max(first(centre.y()), 0); y < std::min(behind(centre.y()), inside.height());
       ++y) {
    for (int x = std::max(first(centre.x()), 0); x < std::min(behind(centre.x()), inside.width());
         ++x) {
      const double dx = x + 0.5 - centre.x();
      const double dy = y + 0.5 - centre.y();
      if (!round || dx * dx + dy * dy <= radius * radius) paint(x, y);
    }
  }
}

}  // namespace

PointRaster::PointRaster(const OrbitCamera& camera, const QSize& pixels, double point_size)
    : picture_(pixels, QImage::Format_ARGB32_Premultiplied),
      depth_(static_cast<std::size_t>(pixels.width()) * static_cast<std::size_t>(pixels.height()),
             std::numeric_limits<float>::infinity()),
      projection_(camera.projection(pixels)),
      point_size_(point_size) {
  picture_.fill(Qt::transparent);
}

void PointRaster::add(const float* position, QRgb colour) {
  const auto seen = projection_({position[0], position[1], position[2]});
  if (!seen || std::abs(seen->pixel.x()) > 1e6 || std::abs(seen->pixel.y()) > 1e6) return;
  const auto near = static_cast<float>(seen->depth);
  const auto width = static_cast<std::size_t>(picture_.width());
  forCoveredPixels(seen->pixel, point_size_, picture_.rect(), [&](int x, int y) {
    float& nearest = depth_[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)];
    if (near >= nearest) return;
    nearest = near;
    reinterpret_cast<QRgb*>(picture_.scanLine(y))[x] = colour | 0xff000000u;
  });
}

QImage rasterOfPoints(const PointCloud& cloud, const PointColour& colours,
                      const OrbitCamera& camera, const QSize& pixels, double point_size) {
  PointRaster raster(camera, pixels, point_size);
  for (std::size_t i = 0; i < cloud.points(); ++i) {
    raster.add(cloud.positions.data() + 3 * i, colours(i));
  }
  return raster.picture();
}

}  // namespace lineament::views
