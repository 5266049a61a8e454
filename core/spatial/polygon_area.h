// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "core/data/features.h"

namespace lineament::spatial {

// Areas in square metres: in the plane of a projected coordinate system, on the ellipsoid of a
// geographic one, where edges are geodesics (Karney 2013, Algorithms for geodesics, as PROJ has
// them).
class AreaMeter {
 public:
  explicit AreaMeter(const Crs& crs);  // a known one

  // Of the feature's polygons, holes taken off; 0 for other types.
  double squareMetres(const Geometries& geometries, std::size_t feature) const;

 private:
  double geodesicArea(std::span<const double> ring) const;

  bool geographic_;
  double metres_;       // of one unit of a projected system
  double degrees_ = 1;  // of one unit of a geographic one
  double radius_ = 0, flattening_ = 0;
};

}  // namespace lineament::spatial
