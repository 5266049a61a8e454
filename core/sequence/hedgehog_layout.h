// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace lineament::sequence {

// Inputs and options of Hedgehog by position.
struct HedgehogLayout {
  enum Input : std::size_t { kQuery, kKey, kValue, kQueryMap, kKeyMap };
  enum Option : std::size_t { kForm };

  static constexpr double kEpsilon = 1e-12;
};

}  // namespace lineament::sequence
