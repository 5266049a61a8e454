// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans_passes.h"

#include <cmath>

#include "core/spatial/block_pass.h"
#include "core/spatial/kmeans_bounds.h"

namespace lineament::spatial {

namespace {

bool fitsInMemory(std::size_t bytes) {
  return memoryReserved() + bytes <= memoryBudget();
}

template <class Value>
std::vector<std::vector<Value>> forBlocksOf(const BlockCounts& counts) {
  std::vector<std::vector<Value>> values;
  for (const std::size_t count : counts.blocks) values.emplace_back(count);
  return values;
}

// No point is farther than that from the table's origin.
double reachOf(const CentreTable& table, const std::vector<double>& mean,
               const std::vector<double>& reach) {
  double square = 0;
  for (std::size_t f = 0; f < table.features; ++f) {
    const double most = reach[f] + std::abs(mean[f] - static_cast<double>(table.origin[f]));
    square += most * most;
  }
  return std::sqrt(square);
}

}  // namespace

ClusterPasses::ClusterPasses(const PointSource& source, const BlockCounts& counts,
                             std::size_t clusters, bool bounded)
    : source_(source) {
  if (clusters > 256) return;
  labels_room_ = reserveMemory(counts.total, "the clusters of the points");
  labels_ = forBlocksOf<std::uint8_t>(counts);
  const std::size_t bytes = counts.total * sizeof(std::uint16_t);
  if (!bounded || !fitsInMemory(bytes)) return;
  gaps_room_ = reserveMemory(bytes, "the bounds of the points");
  gaps_ = forBlocksOf<std::uint16_t>(counts);
}

void ClusterPasses::boundBy(std::span<const double> mean, std::span<const double> reach) {
  mean_.assign(mean.begin(), mean.end());
  reach_.assign(reach.begin(), reach.end());
}

const ClusterSums& ClusterPasses::pass(const CentreTable& table, const Context& context) {
  if (labels_.empty() || total_.counts.empty()) {
    total_ = reducePointBlocks<ClusterSums>(
        source_, context,
        [&](std::size_t block, const Points& points) {
          ClusterSums part(table);
          sumNearest(table, points, part, labels_.empty() ? nullptr : labels_[block].data());
          return part;
        },
        [](ClusterSums& left, const ClusterSums& right) { left.add(right); });
  } else {
    total_.add(changes(table, context));
  }
  if (bounded()) before_.emplace(table);
  return total_;
}

ClusterSums ClusterPasses::changes(const CentreTable& table, const Context& context) {
  std::optional<CentreMoves> moves;
  if (bounded()) moves.emplace(*before_, table, reachOf(table, mean_, reach_));
  return reducePointBlocks<ClusterSums>(
      source_, context,
      [&](std::size_t block, const Points& points) {
        ClusterSums part(table);
        std::uint8_t* labels = labels_[block].data();
        if (moves) {
          sumDoubtful(table, *moves, points, part, labels, gaps_[block].data());
        } else {
          sumChanged(table, points, part, labels);
        }
        return part;
      },
      [](ClusterSums& left, const ClusterSums& right) { left.add(right); });
}

}  // namespace lineament::spatial
