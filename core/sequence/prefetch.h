// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/sequence/view.h"

namespace lineament::sequence {

// Rows of memory that will be needed soon. A kernel asks for a few at a time between its products:
// asked for all at once they would wait for one another, and the products behind them.
class PrefetchList {
 public:
  static constexpr std::size_t kMost = 512;

  void clear() { count_ = next_ = 0; }
  // Rows that find no room are left to the processor.
  void add(const void* row, std::size_t bytes) {
    if (count_ < kMost) rows_[count_++] = {static_cast<const char*>(row), bytes};
  }
  // The `width` numbers at index (i, j, ...) of a StoredView or StoredTarget.
  template <class Stored, class... I>
  void addRow(const Stored& tensor, std::int64_t width, I... index) {
    const std::size_t size = tensor.storage == Storage::f32 ? sizeof(float) : sizeof(std::uint16_t);
    add(static_cast<const char*>(tensor.data) +
            tensor.offsetOf(index...) * static_cast<std::ptrdiff_t>(size),
        static_cast<std::size_t>(width) * size);
  }
  template <class T, class... I>
  void addRow(const View<T>& tensor, std::int64_t width, I... index) {
    if (tensor) add(tensor.row(index...), static_cast<std::size_t>(width) * sizeof(T));
  }
  std::size_t size() const { return count_; }

  // Asks for the next `rows` ones, into the second-level cache.
  void ask(std::size_t rows) {
    for (; rows > 0 && next_ < count_; --rows, ++next_) {
      const Row& row = rows_[next_];
      for (std::size_t at = 0; at < row.bytes; at += kLine) __builtin_prefetch(row.from + at, 0, 2);
    }
  }

 private:
  static constexpr std::size_t kLine = 64;
  struct Row {
    const char* from;
    std::size_t bytes;
  };
  std::array<Row, kMost> rows_;
  std::size_t count_ = 0, next_ = 0;
};

}  // namespace lineament::sequence
