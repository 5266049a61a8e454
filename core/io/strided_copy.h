// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/context.h"

namespace lineament::io {

// The elements of a strided array in row-major order, `item` bytes each (1, 2, 4, 8 or 16).
// Strides count elements and are not negative; `source` begins at the first element. The caller
// has checked that the last element lies inside `source` and that the result is no larger than it
// may be; the memory budget is asked here.
std::vector<std::byte> copyStrided(std::span<const std::byte> source, std::size_t item,
                                   std::span<const std::uint64_t> shape,
                                   std::span<const std::uint64_t> strides, const Context& context);

// Reverses the bytes of each `unit` (2, 4 or 8 bytes) in place.
void swapBytes(std::span<std::byte> bytes, std::size_t unit);

// Strides of a contiguous array with the last, or with the first, dimension fastest.
std::vector<std::uint64_t> rowMajorStrides(std::span<const std::uint64_t> shape);
std::vector<std::uint64_t> columnMajorStrides(std::span<const std::uint64_t> shape);

}  // namespace lineament::io
