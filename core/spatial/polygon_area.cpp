// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/polygon_area.h"

#include <geodesic.h>
#include <ogr_spatialref.h>

#include <cmath>
#include <numbers>

namespace lineament::spatial {

AreaMeter::AreaMeter(const Crs& crs) : geographic_(crs.geographic), metres_(crs.metres) {
  if (!geographic_) return;
  OGRSpatialReference reference;
  reference.importFromWkt(crs.wkt.c_str());
  degrees_ = reference.GetAngularUnits() * 180 / std::numbers::pi;
  radius_ = reference.GetSemiMajor();
  const double inverse = reference.GetInvFlattening();
  flattening_ = inverse == 0 ? 0 : 1 / inverse;
}

double AreaMeter::geodesicArea(std::span<const double> ring) const {
  geod_geodesic ellipsoid{};
  geod_init(&ellipsoid, radius_, flattening_);
  geod_polygon polygon{};
  geod_polygon_init(&polygon, 0);
  for (std::size_t i = 0; i + 3 < ring.size(); i += 2) {  // the last vertex is the first again
    geod_polygon_addpoint(&ellipsoid, &polygon, ring[i + 1] * degrees_, ring[i] * degrees_);
  }
  double area = 0;
  geod_polygon_compute(&ellipsoid, &polygon, 0, 1, &area, nullptr);
  return std::abs(area);
}

double AreaMeter::squareMetres(const Geometries& geometries, std::size_t feature) const {
  if (!geographic_) return planarArea(geometries, feature) * metres_ * metres_;
  if (geometries.type(feature) != GeometryType::polygon) return 0;
  double area = 0;
  const IndexRange parts = geometries.partsOf(feature);
  for (std::size_t part = parts.first; part < parts.end; ++part) {
    const IndexRange rings = geometries.ringsOf(part);
    for (std::size_t ring = rings.first; ring < rings.end; ++ring) {
      const double own = geodesicArea(geometries.ring(ring));
      area += ring == rings.first ? own : -own;
    }
  }
  return area;
}

}  // namespace lineament::spatial
