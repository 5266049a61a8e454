// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lineament::io {

// The names of a zip archive's members, to tell one kind of archive from another; empty when its
// directory cannot be read. Nothing is promised about the members: ZipArchive checks them.
std::vector<std::string> zipNames(const std::filesystem::path& path);

}  // namespace lineament::io
