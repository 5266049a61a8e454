// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/data/data.h"

namespace lineament::io {

// Any Data as bytes and back, without loss: what a project file keeps its results as. A blob
// begins with a magic, the layout's version and the kind, and ends with a CRC-32 of all that. The
// origin of the data is not part of it, a model's predictor is left unbound, and a checkpoint is
// stored with all its values (entries whose values cannot be had keep their note).

std::vector<std::byte> toBlob(const Data& data);

// Copies out of `blob`, which may go away afterwards. Checked like a file from a stranger: throws
// Error "blob.damaged" (checksum), "blob.kind", "blob.version" (of a newer program),
// "blob.malformed" or "file.cut_short".
Data fromBlob(Kind kind, std::span<const std::byte> blob);

}  // namespace lineament::io
