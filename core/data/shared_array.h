// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lineament {

// Immutable elements in storage that is shared and kept alive by whoever holds a copy: a vector
// that was moved in, or a part of a mapped file. Copying costs one reference count.
template <class T>
class SharedArray {
 public:
  SharedArray() = default;

  SharedArray(std::vector<T> values) {  // NOLINT: a vector is a shared array of one owner
    auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    data_ = owner->data();
    size_ = owner->size();
    keeper_ = std::move(owner);
  }

  // `keeper` owns the memory that `values` lies in.
  SharedArray(std::shared_ptr<const void> keeper, std::span<const T> values)
      : keeper_(std::move(keeper)), data_(values.data()), size_(values.size()) {}

  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t index) const { return data_[index]; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  std::span<const T> span() const { return {data_, size_}; }

  SharedArray slice(std::size_t first, std::size_t count) const {
    return SharedArray(keeper_, span().subspan(first, count));
  }

 private:
  std::shared_ptr<const void> keeper_;
  const T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lineament
