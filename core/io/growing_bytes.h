// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "core/data/shared_array.h"

namespace lineament::io {

// Memory at the end of which more is put, without ever holding two copies of it: large pieces grow
// by moving pages, and pages that nothing was written to take no memory. Where the system has huge
// pages, the whole ones of a piece are huge: filling them then costs a fault for each 2 MiB
// instead of each 4 KiB, which would take longer than reading numbers from text does.
class GrowingBytes {
 public:
  GrowingBytes() = default;
  GrowingBytes(GrowingBytes&& other) noexcept;
  GrowingBytes& operator=(GrowingBytes&& other) noexcept;
  ~GrowingBytes();

  std::size_t size() const { return size_; }
  std::byte* data() { return data_; }
  std::byte* extend(std::size_t count);  // room for `count` more; not cleared

  // How much it will be, as far as one can tell: room for so much is set aside at once.
  void expect(std::size_t bytes) { expected_ = bytes; }

  // What was collected, as shared elements; leaves nothing behind here.
  template <class T>
  SharedArray<T> share() {
    shrink();
    auto owner = std::make_shared<GrowingBytes>(std::move(*this));
    const auto* first = reinterpret_cast<const T*>(owner->data_);
    const std::size_t count = owner->size_ / sizeof(T);
    return SharedArray<T>(std::move(owner), {first, count});
  }

 private:
  void reserve(std::size_t capacity);
  void map(std::size_t capacity);
  void remap(std::size_t capacity);
  void shrink();
  void release();

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t expected_ = 0;
  bool mapped_ = false;
};

}  // namespace lineament::io
