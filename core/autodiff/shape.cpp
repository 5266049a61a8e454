// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/autodiff/shape.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.h"

namespace lineament::autodiff {

namespace {

constexpr ErrorText kRank{"autodiff.rank", "Make a tensor of {rank} dimensions",
                          "at most {most} are possible", "",
                          "Merge dimensions by a reshape before this step"};

void checkRank(std::size_t rank) {
  if (rank > kMaxRank) throw Error(kRank, {{"rank", rank}, {"most", kMaxRank}});
}

}  // namespace

Shape::Shape(std::span<const std::size_t> sizes) {
  checkRank(sizes.size());
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
  rank_ = static_cast<int>(sizes.size());
}

std::size_t Shape::elements() const {
  std::size_t count = 1;
  for (const std::size_t size : span()) count *= size;
  return count;
}

void Shape::append(std::size_t size) {
  checkRank(static_cast<std::size_t>(rank_) + 1);
  sizes_[static_cast<std::size_t>(rank_++)] = size;
}

void Shape::remove(int axis) {
  std::copy(sizes_.begin() + axis + 1, sizes_.begin() + rank_, sizes_.begin() + axis);
  sizes_[static_cast<std::size_t>(--rank_)] = 0;
}

std::string text(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.span(), ", "));
}

Layout Layout::contiguous(const Shape& shape) {
  Layout layout{shape, {}, 0};
  std::ptrdiff_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    layout.stride(axis) = stride;
    stride *= static_cast<std::ptrdiff_t>(shape[axis]);
  }
  return layout;
}

bool Layout::isContiguous() const {
  std::ptrdiff_t expected = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] != 1 && stride(axis) != expected) return false;
    expected *= static_cast<std::ptrdiff_t>(shape[axis]);
  }
  return true;
}

Layout broadcast(const Layout& layout, const Shape& shape) {
  Layout wide{shape, {}, layout.offset};
  const int added = shape.rank() - layout.shape.rank();
  for (int axis = 0; axis < layout.shape.rank(); ++axis) {
    const bool repeated = layout.shape[axis] == 1 && shape[added + axis] != 1;
    wide.stride(added + axis) = repeated ? 0 : layout.stride(axis);
  }
  return wide;
}

bool broadcastShape(const Shape& a, const Shape& b, Shape& common) {
  common = a.rank() >= b.rank() ? a : b;
  for (int back = 1; back <= std::min(a.rank(), b.rank()); ++back) {
    const std::size_t left = a[a.rank() - back], right = b[b.rank() - back];
    if (left != right && left != 1 && right != 1) return false;
    common[common.rank() - back] = left == 1 ? right : left;
  }
  return true;
}

}  // namespace lineament::autodiff
