// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/context.h"
#include "core/spatial/kmeans_kernel.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

// Gives each empty cluster the farthest point of the source that is not the last of its cluster;
// returns how many were given one.
int reseed(const PointSource& source, const CentreTable& table, ClusterSums& sums,
           const Context& context);

// Moves each centre to the mean of its points; returns the sum of squared shifts.
double moveToMeans(const ClusterSums& sums, const std::vector<float>& origin,
                   std::vector<double>& centres);

}  // namespace lineament::spatial
