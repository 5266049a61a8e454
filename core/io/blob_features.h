// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/features.h"
#include "core/io/blob_stream.h"

namespace lineament::io {

// A vector layer: its arrays as they are, then its attributes as a table.
void appendToBlob(BlobWriter& writer, const Features& features);
Features featuresFromBlob(BlobReader& reader);

}  // namespace lineament::io
