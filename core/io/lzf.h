// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace lineament::io {

// Decodes an LZF stream (Marc Lehmann's LibLZF 3.6, lzf_d.c): runs of up to 32 literals, and copies
// of 3 to 264 bytes from at most 8192 bytes before, which may overlap what they write. False when
// the stream does not fill `out` exactly; nothing outside of the two spans is touched.
bool decodeLzf(std::span<const std::byte> in, std::span<std::byte> out);

}  // namespace lineament::io
