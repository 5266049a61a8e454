// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/sequence/sizes.h"

namespace lineament::sequence {

inline constexpr std::size_t kMaxRank = 6;
using Strides = std::array<std::ptrdiff_t, kMaxRank>;  // in elements; a missing axis has 0

// Row-major strides of a contiguous tensor.
Strides contiguousStrides(const Dims& dims, const Sizes& sizes);

// A tensor in somebody else's memory: element (i, j, ...) at data[i * stride[0] + j * stride[1] +
// ...]. The last axis of every tensor of a call is contiguous, so a token's query is a plain array
// at row(batch, token, head). Any layout of the others is free: [B,T,H,D] and [B,H,T,D] differ in
// strides only.
template <class T>
struct View {
  T* data = nullptr;
  Strides stride{};

  explicit operator bool() const { return data != nullptr; }

  template <class... I>
  T* row(I... index) const {
    std::size_t axis = 0;
    std::ptrdiff_t offset = 0;
    ((offset += static_cast<std::ptrdiff_t>(index) * stride[axis++]), ...);
    return data + offset;
  }
  template <class... I>
  T& operator()(I... index) const {
    return *row(index...);
  }
};

// How the fast forms may find their inputs and leave their output in memory. Products, sums and
// states are in single precision whatever the storage.
enum class Storage : std::uint8_t { f32, bf16 };

// An input of a fast form.
struct StoredView {
  const void* data = nullptr;
  Storage storage = Storage::f32;
  Strides stride{};

  explicit operator bool() const { return data != nullptr; }

  // The `count` numbers at index (i, j, ...) of the leading axes: the caller's own memory where it
  // is single precision, otherwise `buffer` filled with them.
  template <class... I>
  const float* row(float* buffer, std::int64_t count, I... index) const {
    const std::ptrdiff_t offset = offsetOf(index...);
    if (storage == Storage::f32) return static_cast<const float*>(data) + offset;
    widen(static_cast<const std::uint16_t*>(data) + offset, count, buffer);
    return buffer;
  }

  // One number, for tensors whose last axis is indexed, too.
  template <class... I>
  float at(I... index) const {
    float value;
    return *row(&value, 1, index...);
  }

  template <class... I>
  std::ptrdiff_t offsetOf(I... index) const {
    std::size_t axis = 0;
    std::ptrdiff_t offset = 0;
    ((offset += static_cast<std::ptrdiff_t>(index) * stride[axis++]), ...);
    return offset;
  }

 private:
  static void widen(const std::uint16_t* bf16, std::int64_t count, float* out);
};

// The output of a fast form.
struct StoredTarget {
  void* data = nullptr;
  Storage storage = Storage::f32;
  Strides stride{};

  // Writes `count` numbers at index (i, j, ...) of the leading axes, rounded to nearest even where
  // the storage is bfloat16.
  template <class... I>
  void store(const float* numbers, std::int64_t count, I... index) const {
    write(numbers, count, offsetOf(index...));
  }

  template <class... I>
  std::ptrdiff_t offsetOf(I... index) const {
    std::size_t axis = 0;
    std::ptrdiff_t offset = 0;
    ((offset += static_cast<std::ptrdiff_t>(index) * stride[axis++]), ...);
    return offset;
  }

 private:
  void write(const float* numbers, std::int64_t count, std::ptrdiff_t offset) const;
};

// Rows [first, first + count) of the tokens of head `head` in batch `batch`, as a tile of `width`
// columns whose rows lie `stride` apart. The tensor's axes are [batch, token, head, width].
void loadTile(const StoredView& from, std::int64_t batch, std::int64_t first, std::int64_t count,
              std::int64_t head, std::int64_t width, float* tile, std::int64_t stride);
void storeTile(const StoredTarget& to, std::int64_t batch, std::int64_t first, std::int64_t count,
               std::int64_t head, std::int64_t width, const float* tile, std::int64_t stride);

}  // namespace lineament::sequence
