// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace lineament::views {

// How far each dot of a beeswarm's row lies above (negative: below) the row's middle, in rows: the
// values fall into 101 bins between the smallest and the largest one, and inside a bin the dots lie
// at 0, +1, -1, +2, -2, ... in the order that `order` (a permutation) has them; the widest row
// reaches 0.36 rows. After the layout of the shap package's beeswarm. NaN gets 0 and no place.
std::vector<double> beeswarmOffsets(std::span<const double> values,
                                    std::span<const std::size_t> order);

// The feature values between which the colours run: the 5th and 95th percentile, the 1st and 99th
// where these are equal, the smallest and the largest where these are, too. NaN is left out; both
// are NaN when nothing else is there.
std::pair<double, double> colourRange(std::span<const double> feature_values);

// Linear interpolation between the order statistics; `sorted` ascending, `share` in [0, 1].
double percentile(std::span<const double> sorted, double share);

}  // namespace lineament::views
