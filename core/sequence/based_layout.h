// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/sequence/feature_state.h"
#include "core/sequence/options.h"
#include "core/sequence/sizes.h"

namespace lineament::sequence {

// What the parts of BASED agree on: its options and where things lie in its state.
struct BasedLayout : FeatureState {
  enum Input : std::size_t { kQuery, kKey, kValue };
  enum Option : std::size_t { kBranch, kWindow };
  enum Branch : std::int64_t { kTaylor, kWindowOnly, kBoth };

  static constexpr double kEpsilon = 1e-12;

  std::int64_t keys, branch, window;

  BasedLayout(const Sizes& sizes, const Options& options)
      : FeatureState{sizes.batch(), sizes.heads(), 0, sizes.values()},
        keys(sizes.keys()),
        branch(options.integer(kBranch)),
        window(branch == kTaylor ? 0 : options.integer(kWindow)) {
    if (hasFeatures()) features = 1 + keys + keys * (keys + 1) / 2;
  }

  bool hasFeatures() const { return branch != kWindowOnly; }
  bool hasExponentials() const { return branch != kTaylor; }
  // Tokens whose keys and values are still in the cache after `tokens`.
  std::int64_t cached(std::int64_t tokens) const { return std::min(tokens, window); }

  // Of the key; the value follows it.
  std::int64_t cacheOffset(std::int64_t token, std::int64_t batch, std::int64_t head) const {
    return elements() + ((token * batch_size + batch) * heads + head) * (keys + values);
  }
};

}  // namespace lineament::sequence
