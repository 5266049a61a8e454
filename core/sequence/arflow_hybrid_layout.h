// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/sequence/options.h"
#include "core/sequence/sizes.h"

namespace lineament::sequence {

// Inputs, options and chunks of ARFlow's hybrid attention.
struct ArflowLayout {
  enum Input : std::size_t { kQuery, kKey, kValue, kGate };
  enum Option : std::size_t { kChunk, kScale };

  std::int64_t heads, tokens, keys, values, chunk, chunks;
  double scale;

  ArflowLayout(const Sizes& sizes, const Options& options)
      : heads(sizes.heads()),
        tokens(sizes.tokens()),
        keys(sizes.keys()),
        values(sizes.values()),
        chunk(options.integer(kChunk)),
        chunks((tokens + chunk - 1) / chunk),
        scale(options.real(kScale) > 0 ? options.real(kScale)
                                       : 1 / std::sqrt(static_cast<double>(keys))) {}

  std::int64_t first(std::int64_t c) const { return c * chunk; }
  std::int64_t count(std::int64_t c) const { return std::min(chunk, tokens - c * chunk); }
  std::int64_t stateOffset(std::int64_t batch, std::int64_t head) const {
    return (batch * heads + head) * keys * values;
  }
};

}  // namespace lineament::sequence
