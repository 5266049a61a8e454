// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/raster.h"
#include "core/io/blob_stream.h"

namespace lineament::io {

// Where coordinates are, of rasters and of vector layers.
void appendToBlob(BlobWriter& writer, const Crs& crs);
Crs crsFromBlob(BlobReader& reader);

}  // namespace lineament::io
