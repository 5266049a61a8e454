// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/data/data.h"

namespace lineament::io {

// Writes any data into `folder` in the open formats of its kind, as files that begin with `name`,
// and gives their names: a table as CSV, a tensor as NPY (safetensors where NumPy lacks the type),
// a checkpoint or model as safetensors, an explanation as NPZ and CSV, curves as CSV (one row per
// point) and JSON, a note as Markdown, points as PLY, a raster as GeoTIFF, a vector layer as
// GeoPackage with its legend as QML and SLD, and as GeoJSON where its coordinate system is known, a
// figure's description as JSON.
std::vector<std::string> writeOutput(const std::filesystem::path& folder, const std::string& name,
                                     const Data& data, const Context& context);

// One row per point of every curve: curve, x, y.
Table longForm(const Series& series);

}  // namespace lineament::io
