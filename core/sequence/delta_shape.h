// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/sequence/sizes.h"
#include "core/sequence/tile.h"

namespace lineament::sequence {

// The sizes of one head of a delta rule, in floats, and of the pieces its fast form is cut into.
inline constexpr std::size_t kDeltaChunk = 16;  // tokens whose products are one
inline constexpr std::size_t kGramStride = tileStride(2 * kDeltaChunk);
// Tokens between the states that a forward pass keeps for the backward pass, which makes those of
// the chunks in between again: they stay in the second-level cache.
inline constexpr std::int64_t kDeltaWindow = 128;

struct DeltaShape {
  std::size_t keys, values, key_stride, value_stride;
  std::size_t state_stride;  // of the state's rows in working memory

  explicit DeltaShape(const Sizes& sizes)
      : keys(static_cast<std::size_t>(sizes.keys())),
        values(static_cast<std::size_t>(sizes.values())),
        key_stride(tileStride(keys)),
        value_stride(tileStride(values)),
        state_stride(apart(value_stride)) {}

  std::size_t stateElements() const { return keys * values; }

  // A state [key, value] as callers have it, to and from working memory.
  void loadState(const float* from, float* to) const {
    for (std::size_t i = 0; i < keys; ++i) {
      std::copy_n(from + i * values, values, to + i * state_stride);
    }
  }
  void storeState(const float* from, float* to) const {
    for (std::size_t i = 0; i < keys; ++i) {
      std::copy_n(from + i * state_stride, values, to + i * values);
    }
  }

 private:
  // Rows a multiple of 256 bytes apart would share a few sets of the first-level cache.
  static constexpr std::size_t apart(std::size_t stride) {
    return stride % 64 == 0 ? stride + kTilePadding : stride;
  }
};

}  // namespace lineament::sequence
