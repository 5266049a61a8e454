// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/sequence/tile.h"

namespace lineament::sequence {

// How the chunks of a diagonal recurrence hold matrices while they work.

inline constexpr std::int64_t kSegment = 256;  // tokens from one kept state to the next
inline constexpr std::size_t kStrip = 32;      // columns of a matrix that lie together

inline std::size_t sizeOf(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

// A matrix cut into strips of kStrip columns, one after the other, so that a strip that is walked
// again and again fills whole sets of the first-level cache.
struct Strips {
  float* data = nullptr;
  std::size_t rows = 0, columns = 0;

  static std::size_t countOf(std::size_t columns) { return (columns + kStrip - 1) / kStrip; }
  static std::size_t numbers(std::size_t rows, std::size_t columns) {
    return countOf(columns) * kStrip * rows;
  }
  std::size_t count() const { return countOf(columns); }
  float* strip(std::size_t index) const { return data + index * kStrip * rows; }
  // Whole vectors of every target: columns behind the last one are padding.
  std::size_t width(std::size_t index) const {
    return std::min(kStrip, tileStride(columns) - index * kStrip);
  }
  float* at(std::size_t row, std::size_t column) const {
    return strip(column / kStrip) + row * kStrip + column % kStrip;
  }

  void copyFrom(const float* matrix) const {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; j += kStrip) {
        std::copy_n(matrix + i * columns + j, std::min(kStrip, columns - j), at(i, j));
      }
    }
  }
  void copyTo(float* matrix) const {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; j += kStrip) {
        std::copy_n(at(i, j), std::min(kStrip, columns - j), matrix + i * columns + j);
      }
    }
  }
};

// A kept state: the matrix in strips, then the sums of keys.
inline std::size_t keptNumbers(std::size_t keys, std::size_t values) {
  return Strips::numbers(keys, values) + tileStride(keys);
}

}  // namespace lineament::sequence
