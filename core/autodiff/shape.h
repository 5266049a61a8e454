// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

namespace lineament::autodiff {

constexpr int kMaxRank = 8;

// The sizes of a tensor's dimensions, at most kMaxRank of them, without a place on the heap. Rank 0
// is one element; a dimension may be 0.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::size_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}
  explicit Shape(std::span<const std::size_t> sizes);  // Error "autodiff.rank" above kMaxRank

  int rank() const { return rank_; }
  std::size_t operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis)]; }
  std::size_t& operator[](int axis) { return sizes_[static_cast<std::size_t>(axis)]; }
  std::size_t elements() const;
  std::size_t back() const { return rank_ == 0 ? 1 : (*this)[rank_ - 1]; }

  void append(std::size_t size);
  void remove(int axis);
  std::span<const std::size_t> span() const {
    return {sizes_.data(), static_cast<std::size_t>(rank_)};
  }

  bool operator==(const Shape& other) const = default;

 private:
  std::array<std::size_t, kMaxRank> sizes_{};
  int rank_ = 0;
};

std::string text(const Shape& shape);  // "[2, 3]", "[]" for a scalar

// Where element (i0, i1, ...) lies: at offset + sum of index * stride, in elements. A stride of 0
// repeats one element along a dimension (broadcasting).
struct Layout {
  Shape shape;
  std::array<std::ptrdiff_t, kMaxRank> strides{};
  std::ptrdiff_t offset = 0;

  static Layout contiguous(const Shape& shape);  // row-major
  bool isContiguous() const;
  std::ptrdiff_t stride(int axis) const { return strides[static_cast<std::size_t>(axis)]; }
  std::ptrdiff_t& stride(int axis) { return strides[static_cast<std::size_t>(axis)]; }
};

// The layout with dimensions of size 1 repeated, and missing ones put in front, to give `shape`
// (NumPy's rule). It must be possible: see broadcastShape.
Layout broadcast(const Layout& layout, const Shape& shape);

// The common shape of two under NumPy's rule; false where the sizes differ and neither is 1.
bool broadcastShape(const Shape& a, const Shape& b, Shape& common);

}  // namespace lineament::autodiff
