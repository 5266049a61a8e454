// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/lzf.h"

#include <lzf.h>

#include <limits>

namespace lineament::io {

bool decodeLzf(std::span<const std::byte> in, std::span<std::byte> out) {
  constexpr std::size_t kMost = std::numeric_limits<unsigned int>::max();
  if (in.size() > kMost || out.size() > kMost) return false;
  if (in.empty() || out.empty()) return in.empty() && out.empty();
  return ::lzf_decompress(in.data(), static_cast<unsigned int>(in.size()), out.data(),
                          static_cast<unsigned int>(out.size())) == out.size();
}

}  // namespace lineament::io
