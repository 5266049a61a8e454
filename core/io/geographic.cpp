// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/geographic.h"

#include <ogr_spatialref.h>

#include <cmath>

#include "core/io/gdal.h"

namespace lineament::io {

namespace {

struct Destroy {
  void operator()(OGRCoordinateTransformation* made) const {
    OGRCoordinateTransformation::DestroyCT(made);
  }
};

bool isPlace(double longitude, double latitude) {
  return std::abs(longitude) <= 180 && std::abs(latitude) <= 90;
}

}  // namespace

struct Geographic::Transformation {
  std::unique_ptr<OGRCoordinateTransformation, Destroy> to_degrees;
};

Geographic::Geographic(const Crs& crs) : transformation_(std::make_unique<Transformation>()) {
  if (!crs.known()) return;
  const GdalMessages messages;
  OGRSpatialReference from, to;
  if (from.importFromWkt(crs.wkt.c_str()) != OGRERR_NONE) return;
  if (to.SetWellKnownGeogCS("WGS84") != OGRERR_NONE) return;
  from.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  to.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  transformation_->to_degrees.reset(OGRCreateCoordinateTransformation(&from, &to));
}

Geographic::~Geographic() = default;
Geographic::Geographic(Geographic&&) noexcept = default;
Geographic& Geographic::operator=(Geographic&&) noexcept = default;

std::optional<std::array<double, 2>> Geographic::lonLat(double x, double y) const {
  if (!transformation_->to_degrees) return std::nullopt;
  const GdalMessages messages;
  int well = 0;
  const bool turned = transformation_->to_degrees->Transform(1, &x, &y, nullptr, &well) != 0;
  if (!turned || well == 0 || !isPlace(x, y)) return std::nullopt;  // NaN is none either
  return std::array<double, 2>{x, y};
}

}  // namespace lineament::io
