// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/base/random.h"
#include "core/spatial/kmeans.h"
#include "core/spatial/kmeans_seeding.h"

namespace lineament::spatial {

// Mini-batch k-means (Sculley, 2010, "Web-scale k-means clustering", algorithm 1). Each iteration
// draws points with replacement, gives them to their nearest centres and moves a centre towards
// each of its points by 1 / (the number of points it has got so far). With such rates a centre is
// the mean of all points it ever got, in whatever order: which is how it is worked out.
//
// Until the centres' squared shift is within `tolerance`, or options.iterations. A centre that has
// not got any point takes the farthest of the batch, by the rule of fitKMeans. Changes the result's
// centres and fills iterations, reseeded and converged. The points of many batches are drawn in one
// pass over the source; neither its blocks nor the number of threads matter.
void fitMiniBatches(const PointSource& source, const BlockCounts& counts,
                    const KMeansOptions& options, std::span<const double> mean, double tolerance,
                    Random random, KMeansResult& result, const Context& context);

// The points of batch `index`, counted through all blocks, in the order in which they are drawn.
std::vector<std::size_t> drawBatch(std::size_t points, std::size_t batch, std::size_t index,
                                   Random random);

}  // namespace lineament::spatial
