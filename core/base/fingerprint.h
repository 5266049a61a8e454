// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "core/base/context.h"

namespace lineament {

// SHA-256 in lower-case hexadecimal.
std::string sha256(std::span<const std::byte> bytes);

// Of a file's content, or of a folder's: the hash over the sorted relative names and hashes of its
// files. Throws Error when it cannot be read.
std::string sha256OfFile(const std::filesystem::path& path, const Context& context = {});

}  // namespace lineament
