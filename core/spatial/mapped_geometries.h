// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/data/features.h"

namespace lineament::spatial {

// The geometries with other coordinates: `map` changes those of a feature in place (x0, y0, x1,
// ...) and says whether they are of use; a feature of which they are not has no geometry any more.
template <class Map>
Geometries mappedGeometries(const Geometries& geometries, const Context& context, const Map& map) {
  constexpr std::size_t kStep = 256;
  GeometryBuilder mapped;
  std::vector<double> coordinates;
  for (std::size_t feature = 0; feature < geometries.size(); ++feature) {
    if (feature % kStep == 0) {
      context.checkpoint(static_cast<double>(feature) / static_cast<double>(geometries.size()));
    }
    const std::span<const double> own = geometries.coordinatesOf(feature);
    coordinates.assign(own.begin(), own.end());
    if (own.empty() || !map(std::span(coordinates))) {
      mapped.feature(GeometryType::none);
      continue;
    }
    mapped.feature(geometries.type(feature));
    auto next = coordinates.begin();
    const IndexRange parts = geometries.partsOf(feature);
    for (std::size_t part = parts.first; part < parts.end; ++part) {
      mapped.part();
      const IndexRange rings = geometries.ringsOf(part);
      for (std::size_t ring = rings.first; ring < rings.end; ++ring) {
        mapped.ring();
        for (std::size_t i = 0; i < geometries.ring(ring).size(); i += 2, next += 2) {
          mapped.vertex(next[0], next[1]);
        }
      }
    }
  }
  return mapped.finish();
}

}  // namespace lineament::spatial
