// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/data/series.h"

namespace lineament::io {

// Curves as JSON that other programs can draw: {"title", "x": {"label", "unit", "logarithmic"},
// "y", "curves": [{"name", "style", "x": [...], "y": [...], "rows": [...]}], "marks": [...],
// "identity_line"}. NaN is null; infinities are the texts "inf" and "-inf".
nlohmann::json toJson(const Series& series);

// Throws Error "series.json" naming what is missing or of the wrong type.
Series seriesFromJson(const nlohmann::json& json);

}  // namespace lineament::io
