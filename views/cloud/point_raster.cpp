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

QImage rasterOfPoints(const PointCloud& cloud, std::span<const QRgb> colours,
                      const OrbitCamera& camera, const QSize& pixels, double point_size) {
  QImage picture(pixels, QImage::Format_ARGB32_Premultiplied);
  picture.fill(Qt::transparent);
  const auto width = static_cast<std::size_t>(pixels.width());
  std::vector<float> depth(width * static_cast<std::size_t>(pixels.height()),
                           std::numeric_limits<float>::infinity());
  const auto projection = camera.projection(pixels);
  for (std::size_t i = 0; i < cloud.points(); ++i) {
    const float* p = cloud.positions.data() + 3 * i;
    const auto seen = projection({p[0], p[1], p[2]});
    if (!seen || std::abs(seen->pixel.x()) > 1e6 || std::abs(seen->pixel.y()) > 1e6) continue;
    const auto near = static_cast<float>(seen->depth);
    forCoveredPixels(seen->pixel, point_size, picture.rect(), [&](int x, int y) {
      float& nearest = depth[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)];
      if (near >= nearest) return;
      nearest = near;
      reinterpret_cast<QRgb*>(picture.scanLine(y))[x] = colours[i] | 0xff000000u;
    });
  }
  return picture;
}

}  // namespace lineament::views
