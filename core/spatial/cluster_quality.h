// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "core/base/context.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

// How well points are grouped. NaN where a measure has no meaning: fewer than two clusters with
// points, or as many clusters as points.
struct ClusterQuality {
  // Mean over a sample of (b - a) / max(a, b): a is the mean distance to the other points of the
  // own cluster, b the least one to another cluster; 0 in a cluster of one (Rousseeuw, 1987).
  double silhouette = std::numeric_limits<double>::quiet_NaN();
  // [sum n_k |c_k - m|^2 / (K - 1)] / [sum |x - c_k|^2 / (N - K)] (Calinski and Harabasz, 1974).
  double calinski_harabasz = std::numeric_limits<double>::quiet_NaN();
  // Mean over k of max_j (S_k + S_j) / |c_k - c_j|, S_k the mean distance to c_k (Davies and
  // Bouldin, 1979).
  double davies_bouldin = std::numeric_limits<double>::quiet_NaN();
  double within = 0;   // sum |x - c_k|^2
  double between = 0;  // sum n_k |c_k - m|^2
};

// `labels` are those of all points in the source's order, under `clusters`; c_k is the mean of its
// points. The silhouette is that of at most `sample` points, drawn from each cluster by its share,
// with their distances to one another: its cost grows with the square of their number.
ClusterQuality clusterQuality(const PointSource& source, std::span<const std::uint8_t> labels,
                              std::size_t clusters, std::size_t sample, std::uint64_t seed,
                              const Context& context);

}  // namespace lineament::spatial
