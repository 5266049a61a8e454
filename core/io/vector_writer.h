// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/base/context.h"
#include "core/data/features.h"

namespace lineament::io {

// Both write the file whole or not at all, the same bytes for the same layer. Throw Error
// "vector.write" with GDAL's reason, and what OutputFile does (a full disk, say).

// The layer's name in a GeoPackage: its own, or the file's where it has none, and another where
// GeoPackages keep its beginning to themselves.
std::string geoPackageLayerName(const Features& features, const std::filesystem::path& path);

// A GeoPackage of one layer with its attributes, an index over its boxes, and where the features
// are told apart by an attribute the legend as QGIS's default style. Real attributes that are NaN
// come back as missing.
void writeGeoPackage(const Features& features, const std::filesystem::path& path,
                     const Context& context);

// GeoJSON after RFC 7946: longitude and latitude on WGS 84, to 7 decimals (a centimetre). Error
// "vector.geojson_crs" for a layer whose CRS is not known.
void writeGeoJson(const Features& features, const std::filesystem::path& path,
                  const Context& context);

}  // namespace lineament::io
