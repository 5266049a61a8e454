// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// Attention inside blocks of tokens: which tokens share a block, and where a block's keys and
// values are that an earlier call left in the state.
template <class T>
struct BlockWindow {
  const Call<T>& call;
  std::int64_t block;
  std::int64_t held = call.initial != nullptr ? call.initial->tokens % block : 0;  // in the state

  std::int64_t blocks() const { return (held + call.sizes.tokens() + block - 1) / block; }
  // Tokens of a block, as indices of the call: those below 0 are in the state.
  std::int64_t first(std::int64_t index) const { return index * block - held; }
  std::int64_t end(std::int64_t index) const {
    return std::min((index + 1) * block - held, call.sizes.tokens());
  }
  std::int64_t width() const { return call.sizes.keys() + call.sizes.values(); }
  // Where a token (below 0) has its key, with its value behind, in a state.
  std::int64_t offset(std::int64_t token, std::int64_t batch, std::int64_t head) const {
    return slot(held + token, batch, head);
  }
  std::int64_t slot(std::int64_t position, std::int64_t batch, std::int64_t head) const {
    return ((position * call.sizes.batch() + batch) * call.sizes.heads() + head) * width();
  }
  // The block that the final state is of, which is not full: a new one where all are.
  std::int64_t open() const { return (held + call.sizes.tokens()) / block; }
};

}  // namespace lineament::sequence
