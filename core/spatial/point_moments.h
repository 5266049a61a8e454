// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

#include "core/base/context.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

struct PointMoments {
  std::vector<std::size_t> counts;     // of points, for each block
  std::vector<double> mean, variance;  // of each feature, over the points; empty without points
  std::vector<double> reach;           // no point is farther than that from the mean, in a feature

  std::size_t count() const {
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  }
};

// One pass over the points, and a look at the first one before. Error "points.value" where a value
// is not finite, or so large that its square would not be.
PointMoments momentsOf(const PointSource& source, const Context& context);

}  // namespace lineament::spatial
