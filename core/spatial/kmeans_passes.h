// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/base/memory.h"
#include "core/spatial/kmeans_kernel.h"
#include "core/spatial/kmeans_seeding.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

// The sums of all clusters, pass by pass over the points. Up to 256 clusters the label of each
// point is kept, and passes behind the first one count only what has changed; with bounds they
// compare only points that may change (kmeans_bounds.h). The same bytes either way.
class ClusterPasses {
 public:
  // Bounds take two bytes more for each point; without room for them it goes on without.
  ClusterPasses(const PointSource& source, const BlockCounts& counts, std::size_t clusters,
                bool bounded);

  bool bounded() const { return !gaps_.empty(); }
  // Where the points are: their mean, and how far any of them is from it in a feature.
  void boundBy(std::span<const double> mean, std::span<const double> reach);

  // The tables have the same origin, pass by pass.
  const ClusterSums& pass(const CentreTable& table, const Context& context);

 private:
  ClusterSums changes(const CentreTable& table, const Context& context);

  const PointSource& source_;
  std::vector<std::vector<std::uint8_t>> labels_;  // of each block
  std::vector<std::vector<std::uint16_t>> gaps_;   // of each block
  MemoryReservation labels_room_, gaps_room_;
  std::vector<double> mean_, reach_;
  std::optional<CentreTable> before_;
  ClusterSums total_;
};

}  // namespace lineament::spatial
