// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/crs_map.h"

#include <ogr_spatialref.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/io/gdal.h"

namespace lineament::spatial {

namespace {

OGRSpatialReference referenceOf(const Crs& crs) {
  OGRSpatialReference reference;
  if (crs.known()) reference.importFromWkt(crs.wkt.c_str());
  reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return reference;
}

}  // namespace

std::shared_ptr<const CrsMap> CrsMap::between(const Crs& from, const Crs& to, std::string& reason) {
  io::registerGdal();
  const io::GdalMessages messages;
  const OGRSpatialReference source = referenceOf(from), target = referenceOf(to);
  std::unique_ptr<OGRCoordinateTransformation> made;
  if (!source.IsEmpty() && !target.IsEmpty()) {
    made.reset(OGRCreateCoordinateTransformation(&source, &target));
  }
  if (made) return std::shared_ptr<const CrsMap>(new CrsMap(std::move(made)));
  reason = messages.reason();
  return nullptr;
}

CrsMap::CrsMap(std::unique_ptr<OGRCoordinateTransformation> first) : first_(std::move(first)) {}

CrsMap::~CrsMap() = default;

void CrsMap::apply(std::span<double> x, std::span<double> y) const {
  std::unique_ptr<OGRCoordinateTransformation> own;
  {
    const std::lock_guard lock(guard_);
    if (idle_.empty()) {
      own.reset(first_->Clone());
    } else {
      own = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  std::vector<int> there(x.size());
  own->Transform(static_cast<int>(x.size()), x.data(), y.data(), nullptr, there.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (there[i] != 0 && std::isfinite(x[i]) && std::isfinite(y[i])) continue;
    x[i] = y[i] = std::numeric_limits<double>::quiet_NaN();
  }
  const std::lock_guard lock(guard_);
  idle_.push_back(std::move(own));
}

}  // namespace lineament::spatial
