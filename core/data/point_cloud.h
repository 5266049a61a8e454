// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "core/data/shared_array.h"

namespace lineament {

// Points with named attributes. Positions are x, y, z in metres in the frame that `frame` names
// ("KITTI velodyne: x forward, y left, z up"), relative to `origin`, which keeps geographic
// coordinates exact in single precision.
struct PointCloud {
  struct Attribute {
    std::string name;  // "reflectance", "intensity", "ring"
    std::string unit;
    SharedArray<float> values;  // one per point
  };
  struct Bounds {
    std::array<float, 3> low{};
    std::array<float, 3> high{};
  };
  struct Extent {
    double low = 0, high = 0;
  };

  SharedArray<float> positions;  // points x 3
  std::vector<Attribute> attributes;
  std::array<double, 3> origin{};
  std::string frame;

  std::size_t points() const { return positions.size() / 3; }
  const Attribute* find(const std::string& name) const;
};

// Over the finite points; all zero for a cloud without any.
PointCloud::Bounds boundsOf(const PointCloud& cloud);
// The same along each axis, in the frame's own coordinates: with the origin.
std::array<PointCloud::Extent, 3> extentOf(const PointCloud& cloud);

}  // namespace lineament
