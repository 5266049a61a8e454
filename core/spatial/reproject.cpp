// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/reproject.h"

#include <fmt/format.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/error.h"
#include "core/io/gdal.h"
#include "core/spatial/mapped_geometries.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kCrs{"reproject.crs", "Bring a layer from {from} to {to}",
                         "there is no way between these coordinate systems ({reason})", "",
                         "Save the layer in the coordinate system that is needed"};

OGRSpatialReference referenceOf(const Crs& crs) {
  OGRSpatialReference reference;
  if (crs.known()) reference.importFromWkt(crs.wkt.c_str());
  reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return reference;
}

std::string nameOf(const Crs& crs) {
  return crs.known() ? crs.name : "no coordinate system";
}

}  // namespace

Features reproject(const Features& features, const Crs& to, const Context& context) {
  if (features.crs() == to) return features;
  io::registerGdal();
  const io::GdalMessages messages;
  const OGRSpatialReference source = referenceOf(features.crs()), target = referenceOf(to);
  std::unique_ptr<OGRCoordinateTransformation> transformation;
  if (!source.IsEmpty() && !target.IsEmpty()) {
    transformation.reset(OGRCreateCoordinateTransformation(&source, &target));
  }
  if (!transformation) {
    throw Error(
        kCrs,
        {{"from", nameOf(features.crs())}, {"to", nameOf(to)}, {"reason", messages.reason()}});
  }
  std::size_t lost = 0;
  std::vector<double> x, y;
  std::vector<int> there;
  Geometries moved =
      mappedGeometries(features.geometries(), context, [&](std::span<double> coordinates) {
        const std::size_t count = coordinates.size() / 2;
        x.resize(count);
        y.resize(count);
        there.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
          x[i] = coordinates[2 * i];
          y[i] = coordinates[2 * i + 1];
        }
        transformation->Transform(static_cast<int>(count), x.data(), y.data(), nullptr,
                                  there.data());
        bool all = true;
        for (std::size_t i = 0; i < count; ++i) {
          coordinates[2 * i] = x[i];
          coordinates[2 * i + 1] = y[i];
          all &= there[i] != 0 && std::isfinite(x[i]) && std::isfinite(y[i]);
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
