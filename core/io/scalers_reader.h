// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "core/data/table.h"
#include "core/io/reader.h"

namespace lineament::io {

// The parameters of standard scalers, z = (x - mean) / scale, as JSON: objects "inputs" and
// "output" (or "outputs") with equally long lists "mean" and "scale", and optionally the names in
// "input_order" and "output_name". Gives a table with the columns name, role ("input" or
// "output"), mean and scale; inputs first, in their order. Errors: scalers.json, scalers.member,
// scalers.lengths, scalers.value, scalers.scale.
Table readScalers(const std::filesystem::path& path);

std::unique_ptr<Reader> makeScalersReader();

}  // namespace lineament::io
