// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/reproject.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/error.h"
#include "core/spatial/crs_map.h"
#include "core/spatial/mapped_geometries.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kCrs{"reproject.crs", "Bring a layer from {from} to {to}",
                         "there is no way between these coordinate systems ({reason})", "",
                         "Save the layer in the coordinate system that is needed"};

std::string nameOf(const Crs& crs) {
  return crs.known() ? crs.name : "no coordinate system";
}

}  // namespace

Features reproject(const Features& features, const Crs& to, const Context& context) {
  if (features.crs() == to) return features;
  std::string reason;
  const auto map = CrsMap::between(features.crs(), to, reason);
  if (!map) {
    throw Error(kCrs, {{"from", nameOf(features.crs())}, {"to", nameOf(to)}, {"reason", reason}});
  }
  std::size_t lost = 0;
  std::vector<double> x, y;
  Geometries moved =
      mappedGeometries(features.geometries(), context, [&](std::span<double> coordinates) {
        const std::size_t count = coordinates.size() / 2;
        x.resize(count);
        y.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
          x[i] = coordinates[2 * i];
          y[i] = coordinates[2 * i + 1];
        }
        map->apply(x, y);
        bool all = true;
        for (std::size_t i = 0; i < count; ++i) {
          coordinates[2 * i] = x[i];
          coordinates[2 * i + 1] = y[i];
          all &= std::isfinite(x[i]);
        }
        lost += !all;
        return all;
      });
  if (lost != 0) {
    context.warn(fmt::format("{} features have no place in {}; they are left out", lost, to.name));
  }
  return Features(features.name(), to, std::move(moved), features.attributes());
}

}  // namespace lineament::spatial
