// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/base/context.h"
#include "core/data/raster.h"

namespace lineament::io {

// A tiled, compressed GeoTIFF with the raster's place, band names and nodata: bytes with a palette
// and category names for classes, single precision otherwise, NaN standing for none. Overviews are
// in the file. Written by blocks, so a raster larger than memory streams through; the file is there
// whole or not at all (the classes' names go beside it, to PATH.aux.xml, where GDAL and QGIS look
// for them). Throws Error "raster.write" with GDAL's reason (a full disk, say).
void writeGeoTiff(const Raster& raster, const std::filesystem::path& path, const Context& context);

}  // namespace lineament::io
