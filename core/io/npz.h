// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "core/io/named_tensors.h"
#include "core/io/reader.h"
#include "core/io/zip_archive.h"

namespace lineament::io {

// The arrays of an .npz archive by name; values are read when they are asked for. Text and other
// arrays that are no tensors are listed with a note. Throws what ZipArchive and parseNpyHeader
// throw; an archive of nothing but Python objects is refused as such.
Checkpoint readNpz(std::shared_ptr<const ZipArchive> archive, const Context& context);

// Stored, not deflated; each array row-major.
void writeNpz(const NamedTensors& tensors, const std::filesystem::path& path);

// Gives an Explanation where the archive holds one, else the Checkpoint.
std::unique_ptr<Reader> makeNpzReader();

}  // namespace lineament::io
