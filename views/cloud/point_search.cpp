// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/point_search.h"

#include <cmath>
#include <limits>

#include "core/base/parallel.h"

namespace lineament::views {

namespace {

constexpr std::size_t kBlock = 1 << 17;  // points: a few milliseconds

std::optional<OrbitCamera::Projected> seen(const PointCloud& cloud,
                                           const OrbitCamera::Projection& projection,
                                           std::size_t point) {
  const float* p = cloud.positions.data() + 3 * point;
  return projection({p[0], p[1], p[2]});
}

struct Nearest {
  std::optional<std::size_t> point;
  double depth = std::numeric_limits<double>::infinity();  // made larger by what it misses
};

}  // namespace

std::optional<std::size_t> pointNear(const PointCloud& cloud,
                                     const OrbitCamera::Projection& projection,
                                     const QPointF& pixel, double reach, const Context& context) {
  const Nearest found = reduceBlocks<Nearest>(
      cloud.points(), kBlock, context,
      [&](std::size_t first, std::size_t last) {
        Nearest nearest;
        for (std::size_t i = first; i < last; ++i) {
          const auto at = seen(cloud, projection, i);
          if (!at || at->depth >= nearest.depth) continue;
          const QPointF off = at->pixel - pixel;
          if (std::abs(off.x()) > reach || std::abs(off.y()) > reach) continue;
          const double miss = std::hypot(off.x(), off.y());
          const double depth = at->depth * (1 + 0.02 * miss);
          if (miss <= reach && depth < nearest.depth) nearest = {i, depth};
        }
        return nearest;
      },
      [](Nearest& best, const Nearest& other) {
        if (other.depth < best.depth) best = other;
      });
  return found.point;
}

std::vector<std::size_t> pointsInside(const PointCloud& cloud,
                                      const OrbitCamera::Projection& projection,
                                      const QPolygonF& lasso, const Context& context) {
  const QRectF box = lasso.boundingRect();
  using Points = std::vector<std::size_t>;
  return reduceBlocks<Points>(
      cloud.points(), kBlock, context,
      [&](std::size_t first, std::size_t last) {
        Points inside;
        for (std::size_t i = first; i < last; ++i) {
          const auto at = seen(cloud, projection, i);
          if (at && box.contains(at->pixel) && lasso.containsPoint(at->pixel, Qt::OddEvenFill)) {
            inside.push_back(i);
          }
        }
        return inside;
      },
      [](Points& all, const Points& more) { all.insert(all.end(), more.begin(), more.end()); });
}

}  // namespace lineament::views
