// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace lineament::project {

// From the root, without links and dots as far as the path exists; for one that does not yet, what
// its name will be.
std::filesystem::path absolutePath(const std::filesystem::path& path);

}  // namespace lineament::project
