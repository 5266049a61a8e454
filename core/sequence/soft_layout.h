// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>

#include "core/sequence/options.h"
#include "core/sequence/sizes.h"

namespace lineament::sequence {

// Inputs and options of SOFT, and what its forward pass keeps: for each head K1' v [landmark,
// value].
struct SoftLayout {
  enum Input : std::size_t { kQuery, kLandmark, kValue };
  enum Option : std::size_t { kIterations, kRidge, kFactor, kInverseGradient };
  enum InverseGradient : std::int64_t { kIteration, kExact };

  std::int64_t heads, tokens, keys, values, landmarks, iterations;
  double ridge, factor, scale;
  bool exact_inverse;

  SoftLayout(const Sizes& sizes, const Options& options)
      : heads(sizes.heads()),
        tokens(sizes.tokens()),
        keys(sizes.keys()),
        values(sizes.values()),
        landmarks(sizes[Dim::landmark]),
        iterations(options.integer(kIterations)),
        ridge(options.real(kRidge)),
        factor(options.real(kFactor)),
        scale(std::pow(static_cast<double>(keys), -0.25)),
        exact_inverse(options.integer(kInverseGradient) == kExact) {}

  std::int64_t keptPerHead() const { return landmarks * values; }
};

}  // namespace lineament::sequence
