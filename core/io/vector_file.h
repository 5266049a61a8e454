// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/data/features.h"
#include "core/io/reader.h"

namespace lineament::io {

// Vector layers that GDAL reads: GeoPackage, GeoJSON, ESRI Shapefile and KML, one layer of a file.
// Heights are left out and curves become straight lines, with a warning.
std::unique_ptr<Reader> makeVectorReader();

// The layer of that name, or the first with geometries where the name is empty. Throws Error
// "vector.unreadable" with GDAL's reason, "vector.no_layer" with the names there are,
// "vector.no_layers", "vector.companion" for a Shapefile without its index.
Features readFeatures(const std::filesystem::path& path, const std::string& layer,
                      const Context& context);

}  // namespace lineament::io
