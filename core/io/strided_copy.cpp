// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/strided_copy.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/memory.h"
#include "core/base/parallel.h"

namespace lineament::io {

namespace {

constexpr std::size_t kBlock = 1 << 16;  // elements copied between two looks at the stop token

// Walks from the element of row-major number `begin`: the innermost dimension in a tight loop, the
// others by carrying.
template <std::size_t item>
void copyBlock(const std::byte* source, std::byte* target, std::span<const std::uint64_t> shape,
               std::span<const std::uint64_t> strides, std::size_t begin, std::size_t end) {
  const std::size_t rank = shape.size();
  std::vector<std::uint64_t> index(rank);
  std::uint64_t offset = 0;
  std::size_t rest = begin;
  for (std::size_t d = rank; d-- > 0;) {
    index[d] = rest % shape[d];
    rest /= shape[d];
    offset += index[d] * strides[d];
  }
  const std::size_t last = rank - 1;
  for (std::size_t at = begin; at < end;) {
    const std::size_t run = std::min<std::size_t>(shape[last] - index[last], end - at);
    for (std::size_t i = 0; i < run; ++i) {
      std::memcpy(target + (at + i) * item, source + (offset + i * strides[last]) * item, item);
    }
    at += run;
    index[last] += run;
    offset += run * strides[last];
    for (std::size_t d = last; d > 0 && index[d] == shape[d]; --d) {
      offset += strides[d - 1] - index[d] * strides[d];
      index[d] = 0;
      ++index[d - 1];
    }
  }
}

}  // namespace

std::vector<std::byte> copyStrided(std::span<const std::byte> source, std::size_t item,
                                   std::span<const std::uint64_t> shape,
                                   std::span<const std::uint64_t> strides, const Context& context) {
  std::size_t count = 1;
  for (const std::uint64_t dimension : shape) count *= dimension;
  const MemoryReservation room = reserveMemory(count * item, "a tensor");
  std::vector<std::byte> result(count * item);
  if (count == 0) return result;
  if (shape.empty()) {
    std::memcpy(result.data(), source.data(), item);
    return result;
  }
  forBlocks(count, kBlock, context, [&](std::size_t begin, std::size_t end) {
    const auto copy = [&](auto size) {
      copyBlock<decltype(size)::value>(source.data(), result.data(), shape, strides, begin, end);
    };
    switch (item) {
      case 1:
        return copy(std::integral_constant<std::size_t, 1>{});
      case 2:
        return copy(std::integral_constant<std::size_t, 2>{});
      case 4:
        return copy(std::integral_constant<std::size_t, 4>{});
      case 8:
        return copy(std::integral_constant<std::size_t, 8>{});
      default:
        return copy(std::integral_constant<std::size_t, 16>{});
    }
  });
  return result;
}

void swapBytes(std::span<std::byte> bytes, std::size_t unit) {
  for (std::size_t at = 0; at + unit <= bytes.size(); at += unit) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + unit));
  }
}

std::vector<std::uint64_t> rowMajorStrides(std::span<const std::uint64_t> shape) {
  std::vector<std::uint64_t> strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

std::vector<std::uint64_t> columnMajorStrides(std::span<const std::uint64_t> shape) {
  std::vector<std::uint64_t> strides(shape.size(), 1);
  for (std::size_t d = 1; d < shape.size(); ++d) strides[d] = strides[d - 1] * shape[d - 1];
  return strides;
}

}  // namespace lineament::io
