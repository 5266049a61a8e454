// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace lineament::io {

// Decodes an LZF stream by LibLZF. False when the stream does not fill `out` exactly; nothing
// outside of the two spans is touched.
bool decodeLzf(std::span<const std::byte> in, std::span<std::byte> out);

}  // namespace lineament::io
