// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

enum class Seeding {
  plus_plus,  // greedy k-means++: one centre after the other, two passes over the points for each
  parallel,   // k-means||: five passes draw some 10 K candidates, k-means++ chooses among them
};

enum class Algorithm {
  fastest,     // lloyd or hamerly, by the number of clusters
  lloyd,       // every point is compared with every centre in each pass
  hamerly,     // bounds say which points need not be compared; the same bytes as lloyd
  mini_batch,  // an iteration looks at some points only
};

struct KMeansOptions {
  std::size_t clusters = 8;
  int restarts = 10;        // from other seeds; the result with the least inertia is kept
  int iterations = 300;     // at most, of each
  double tolerance = 1e-4;  // of the centres' squared shift, in mean variances of the features
  std::uint64_t seed = 0;
  Seeding seeding = Seeding::plus_plus;
  Algorithm algorithm = Algorithm::fastest;
  std::size_t batch = 10'000;  // points of an iteration of mini_batch
  std::vector<double> start;   // [cluster][feature]: the only start, where given
};

struct KMeansResult {
  std::size_t clusters = 0, features = 0;
  std::vector<double> centres;        // [cluster][feature]
  std::vector<std::uint64_t> counts;  // of the points nearest to each centre
  double inertia = 0;                 // sum of squared distances to the nearest centres
  int iterations = 0;
  int reseeded = 0;  // empty clusters that were given the farthest point
  bool converged = false;
};

// Lloyd's method (Lloyd, 1982, "Least squares quantization in PCM"): each point goes to its nearest
// centre, of equally near ones to the first; each centre to the mean of its points; until the
// centres' shift is within the tolerance. A cluster that got no point takes the one farthest from
// its centre, away from that one's cluster, unless it is the last of its cluster.
//
// Hamerly's bounds (kmeans_bounds.h) leave out comparisons whose outcome is known. Mini-batches
// (kmeans_mini_batch.h) are an approximation for scenes whose passes take long: their centres are
// those of the points that were drawn, and only the counts and the inertia are of all points.
//
// Distances are compared in single precision, relative to the points' mean; sums are in double
// precision; the inertia is made from differences in one last pass. The same bytes at any number of
// threads; they depend on where the source's blocks begin.
//
// Throws Error (usage) "kmeans.clusters", "kmeans.start" and "kmeans.batch", Error
// "kmeans.no_points", "points.value" and "kmeans.distinct".
KMeansResult fitKMeans(const PointSource& source, const KMeansOptions& options,
                       const Context& context);

struct Assignment {
  std::vector<std::uint64_t> counts;
  double inertia = 0;
};

// The nearest centre of each point. `store` gets the labels of one block and may be called from
// several threads at once. The points have to be finite.
using StoreLabels = std::function<void(std::size_t block, std::span<const std::uint16_t> labels)>;
Assignment assign(const PointSource& source, std::span<const double> centres,
                  const Context& context, const StoreLabels& store = {});

}  // namespace lineament::spatial
