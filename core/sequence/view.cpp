// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/view.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/data/tensor.h"

namespace lineament::sequence {

Strides contiguousStrides(const Dims& dims, const Sizes& sizes) {
  Strides strides{};
  std::ptrdiff_t step = 1;
  for (std::size_t axis = dims.size(); axis-- > 0;) {
    strides[axis] = step;
    step *= static_cast<std::ptrdiff_t>(sizes[dims[axis]]);
  }
  return strides;
}

void StoredView::widen(const std::uint16_t* bf16, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bf16[i]) << 16);
  }
}

void StoredTarget::write(const float* numbers, std::int64_t count, std::ptrdiff_t offset) const {
  if (storage == Storage::f32) {
    std::copy_n(numbers, count, static_cast<float*>(data) + offset);
    return;
  }
  auto* out = static_cast<std::uint16_t*>(data) + offset;
  for (std::int64_t i = 0; i < count; ++i) out[i] = floatToBfloat16(numbers[i]);
}

void loadTile(const StoredView& from, std::int64_t batch, std::int64_t first, std::int64_t count,
              std::int64_t head, std::int64_t width, float* tile, std::int64_t stride) {
  for (std::int64_t i = 0; i < count; ++i) {
    float* to = tile + i * stride;
    const float* row = from.row(to, width, batch, first + i, head);
    if (row != to) std::copy_n(row, width, to);
  }
}

void storeTile(const StoredTarget& to, std::int64_t batch, std::int64_t first, std::int64_t count,
               std::int64_t head, std::int64_t width, const float* tile, std::int64_t stride) {
  for (std::int64_t i = 0; i < count; ++i) {
    to.store(tile + i * stride, width, batch, first + i, head);
  }
}

}  // namespace lineament::sequence
