// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lineament::sequence {

// What the dimensions of the tensors of this room mean. A mechanism states the shape of each of its
// tensors as a list of them ([batch, token, head, key]), and a call states how large each one is.
enum class Dim : std::uint8_t {
  batch,
  token,
  head,
  key,       // width of a query and of a key; the state size of a state-space model
  value,     // width of a value
  group,     // groups of heads, each sharing its keys and queries (Mamba-2)
  memory,    // memories of a mixture
  feature,   // width of a learned feature map
  channel,   // outputs of a head where these are not its value's width (LSSL)
  landmark,  // tokens that stand for all others (SOFT)
  hidden,    // width between the layers of a small network (SEA)
  part,      // tensors that lie side by side in one row
  split,     // channels of each head in an image; of two
  column,    // of an image
  cell,      // of a compressed attention map
  tap,       // inputs that a convolution sees
};
inline constexpr std::size_t kDims = 16;

std::string_view name(Dim dim);

// How large each dimension is. One that a mechanism does not use stays at 1.
struct Sizes {
  std::array<std::int64_t, kDims> sizes{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

  std::int64_t operator[](Dim dim) const { return sizes[static_cast<std::size_t>(dim)]; }
  std::int64_t& operator[](Dim dim) { return sizes[static_cast<std::size_t>(dim)]; }

  std::int64_t batch() const { return (*this)[Dim::batch]; }
  std::int64_t tokens() const { return (*this)[Dim::token]; }
  std::int64_t heads() const { return (*this)[Dim::head]; }
  std::int64_t keys() const { return (*this)[Dim::key]; }
  std::int64_t values() const { return (*this)[Dim::value]; }

  bool operator==(const Sizes&) const = default;
};

using Dims = std::vector<Dim>;

std::vector<std::uint64_t> shapeOf(const Dims& dims, const Sizes& sizes);

// The product of the sizes. Error "sequence.too_large" when it passes 2^48 elements: no machine
// holds that, and every product of the kernels stays far from overflow below it.
std::int64_t elementsOf(const Dims& dims, const Sizes& sizes);

}  // namespace lineament::sequence
