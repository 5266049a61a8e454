// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/raster.h"
#include "core/io/blob_stream.h"

namespace lineament::io {

// A raster with all its pixels: as bytes where its one band is of bytes, in single precision
// otherwise. Reads its source to the end.
void appendToBlob(BlobWriter& writer, const Raster& raster);
Raster rasterFromBlob(BlobReader& reader);

}  // namespace lineament::io
