// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "core/io/reader.h"

namespace lineament::io {

// Rasters that GDAL reads, of the formats that satellite scenes come in: GeoTIFF, JPEG 2000, Erdas
// Imagine. Opening reads the header alone; pixels come when they are asked for, from several
// threads at once. Nodata and masked pixels are NaN; values have the file's own scale and offset.
// A paletted band of bytes has its colours and category names as classes.
std::unique_ptr<Reader> makeRasterReader();

// `reflectance`: whether bands of known products are scaled by them (see product_scale.h).
Raster readRaster(const std::filesystem::path& path, std::string_view sensor,
                  const Context& context, bool reflectance = true);

}  // namespace lineament::io
