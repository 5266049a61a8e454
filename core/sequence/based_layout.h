// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/sequence/options.h"
#include "core/sequence/sizes.h"

namespace lineament::sequence {

// What the parts of BASED agree on: its options and where things lie in its state.
struct BasedLayout {
  enum Input : std::size_t { kQuery, kKey, kValue };
  enum Option : std::size_t { kBranch, kWindow };
  enum Branch : std::int64_t { kTaylor, kWindowOnly, kBoth };

  static constexpr double kEpsilon = 1e-12;

  std::int64_t batch_size, heads, keys, values, branch, window, features;

  BasedLayout(const Sizes& sizes, const Options& options)
      : batch_size(sizes.batch()),
        heads(sizes.heads()),
        keys(sizes.keys()),
        values(sizes.values()),
        branch(options.integer(kBranch)),
        window(branch == kTaylor ? 0 : options.integer(kWindow)),
        features(branch == kWindowOnly ? 0 : 1 + keys + keys * (keys + 1) / 2) {}

  bool hasFeatures() const { return branch != kWindowOnly; }
  bool hasExponentials() const { return branch != kTaylor; }
  // Tokens whose keys and values are still in the cache after `tokens`.
  std::int64_t cached(std::int64_t tokens) const { return std::min(tokens, window); }

  std::int64_t matrixOffset(std::int64_t batch, std::int64_t head) const {
    return (batch * heads + head) * features * values;
  }
  std::int64_t normaliserOffset(std::int64_t batch, std::int64_t head) const {
    return matrixOffset(batch_size, 0) + (batch * heads + head) * features;
  }
  // Of the key; the value follows it.
  std::int64_t cacheOffset(std::int64_t token, std::int64_t batch, std::int64_t head) const {
    return normaliserOffset(batch_size, 0) +
           ((token * batch_size + batch) * heads + head) * (keys + values);
  }
};

}  // namespace lineament::sequence
