// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/sequence/view.h"

namespace lineament::sequence {

// Rows of memory that will be needed soon. A kernel asks for a few lines of them at a time between
// its products: a core has ten or twelve lines under way at once, and asked for more it waits, and
// the products behind with it.
class PrefetchList {
 public:
  static constexpr std::size_t kMost = 512;

  void clear() {
    count_ = next_ = at_ = lines_ = 0;
    each_ = 1;
  }
  // Rows that find no room are left to the processor.
  void add(const void* row, std::size_t bytes) {
    if (count_ == kMost) return;
    rows_[count_++] = {static_cast<const char*>(row), bytes};
    lines_ += (bytes + kLine - 1) / kLine;
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
  // Once the rows are known: the next `times` calls of ask() ask for all of them.
  void spread(std::size_t times) { each_ = (lines_ + times - 1) / std::max<std::size_t>(1, times); }
  // Into the second-level cache.
  void ask() { ask(each_); }
  void askForAll() { ask(lines_); }

 private:
  void ask(std::size_t lines) {
    std::size_t next = next_, at = at_;  // not written back for each line
    for (; lines > 0 && next < count_; --lines) {
      const Row row = rows_[next];
      __builtin_prefetch(row.from + at, 0, 2);
      at += kLine;
      if (at < row.bytes) continue;
      ++next;
      at = 0;
    }
    next_ = next;
    at_ = at;
  }

  static constexpr std::size_t kLine = 64;
  struct Row {
    const char* from;
    std::size_t bytes;
  };
  std::array<Row, kMost> rows_;
  std::size_t count_ = 0, next_ = 0, at_ = 0;  // the next line is at a byte of a row
  std::size_t lines_ = 0, each_ = 1;           // of all rows; to ask for at a time
};

}  // namespace lineament::sequence
