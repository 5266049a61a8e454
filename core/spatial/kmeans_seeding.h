// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/base/context.h"
#include "core/base/random.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

// How many points each block has, and all together.
struct BlockCounts {
  std::vector<std::size_t> blocks;
  std::size_t total = 0;
};

// Greedy k-means++ (Arthur and Vassilvitskii, 2007, "k-means++: the advantages of careful
// seeding"): each next centre is the best of 2 + floor(ln K) points drawn by their squared distance
// to the nearest centre. Keeps one number for each point. Returns [cluster][feature].
std::vector<double> seedPlusPlus(const PointSource& source, const BlockCounts& counts,
                                 std::size_t clusters, Random random, const Context& context);

// k-means|| (Bahmani and others, 2012, "Scalable k-means++") with five rounds that draw 2 K points
// each on average; of those, weighted by the points nearest to them, greedy k-means++ takes K.
std::vector<double> seedParallel(const PointSource& source, const BlockCounts& counts,
                                 std::size_t clusters, Random random, const Context& context);

}  // namespace lineament::spatial
