// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/point_cloud.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lineament {

const PointCloud::Attribute* PointCloud::find(const std::string& name) const {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

PointCloud::Bounds boundsOf(const PointCloud& cloud) {
  constexpr float kFar = std::numeric_limits<float>::infinity();
  PointCloud::Bounds bounds{{kFar, kFar, kFar}, {-kFar, -kFar, -kFar}};
  bool any = false;
  for (std::size_t i = 0; i < cloud.points(); ++i) {
    const float* p = cloud.positions.data() + 3 * i;
    if (!std::isfinite(p[0]) || !std::isfinite(p[1]) || !std::isfinite(p[2])) continue;
    any = true;
    for (int axis = 0; axis < 3; ++axis) {
      bounds.low[axis] = std::min(bounds.low[axis], p[axis]);
      bounds.high[axis] = std::max(bounds.high[axis], p[axis]);
    }
  }
  return any ? bounds : PointCloud::Bounds{};
}

std::array<PointCloud::Extent, 3> extentOf(const PointCloud& cloud) {
  const PointCloud::Bounds bounds = boundsOf(cloud);
  std::array<PointCloud::Extent, 3> extent;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    extent[axis] = {cloud.origin[axis] + static_cast<double>(bounds.low[axis]),
                    cloud.origin[axis] + static_cast<double>(bounds.high[axis])};
  }
  return extent;
}

}  // namespace lineament
