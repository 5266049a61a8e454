// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "core/data/explanation.h"
#include "core/io/zip_archive.h"

namespace lineament::io {

// An explanation as an .npz archive that numpy.load reads: `values` (rows x features),
// `base_values`, `predictions`, `data` (a matrix where all columns are real and nothing is missing,
// else a structured array with `data_missing` and `data_units`), `feature_names`, `source_rows`,
// `method`, `output_name`, `output_unit`, `additivity_error`.
void writeExplanation(const Explanation& explanation, const std::filesystem::path& path);

// Whether an archive has those of the members that every explanation has, in fitting shapes.
bool holdsExplanation(const ZipArchive& archive);

// Reads it back equal. Throws Error "explanation.file" for members that do not fit together.
Explanation readExplanation(const ZipArchive& archive, const Context& context);

}  // namespace lineament::io
