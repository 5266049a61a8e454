// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/table.h"
#include "core/io/blob_stream.h"

namespace lineament::io {

// Columns of every type with their names, units and masks of missing values.
void appendToBlob(BlobWriter& writer, const Table& table);
Table tableFromBlob(BlobReader& reader);

}  // namespace lineament::io
