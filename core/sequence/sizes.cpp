// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/sizes.h"

#include "core/base/error.h"

namespace lineament::sequence {

namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 48;

constexpr ErrorText kTooLarge{
    "sequence.too_large", "Make room for a tensor of a sequence mechanism",
    "its sizes multiply to more than 2^48 elements", "dimension {dimension} of {size}",
    "Take fewer tokens, heads or channels at a time"};

}  // namespace

std::string_view name(Dim dim) {
  constexpr std::array<std::string_view, kDims> names{
      "batch",   "token",    "head",   "key",  "value", "group",  "memory", "feature",
      "channel", "landmark", "hidden", "part", "split", "column", "cell",   "tap"};
  return names[static_cast<std::size_t>(dim)];
}

std::vector<std::uint64_t> shapeOf(const Dims& dims, const Sizes& sizes) {
  std::vector<std::uint64_t> shape;
  for (const Dim dim : dims) shape.push_back(static_cast<std::uint64_t>(sizes[dim]));
  return shape;
}

std::int64_t elementsOf(const Dims& dims, const Sizes& sizes) {
  std::int64_t product = 1;
  for (const Dim dim : dims) {
    const std::int64_t size = sizes[dim];
    if (size > 0 && product > kMostElements / size) {
      throw Error(kTooLarge, {{"dimension", name(dim)}, {"size", size}});
    }
    product *= size;
  }
  return product;
}

}  // namespace lineament::sequence
