// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace lineament::spatial {

// Where a falling curve bends most: the point farthest below the chord between its ends, with both
// axes scaled to 0 to 1 (Satopaa, Albrecht, Irwin and Raghavan, 2011, "Finding a 'kneedle' in a
// haystack", with its curve taken as it is). Nothing where no point is below the chord. `x` ascend,
// and all numbers are finite.
std::optional<std::size_t> elbowOf(std::span<const double> x, std::span<const double> y);

}  // namespace lineament::spatial
