// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans_mini_batch.h"

#include <algorithm>
#include <utility>

#include "core/base/memory.h"
#include "core/spatial/block_pass.h"
#include "core/spatial/kmeans_kernel.h"
#include "core/spatial/kmeans_update.h"
#include "core/spatial/planar_points.h"

namespace lineament::spatial {

namespace {

constexpr std::size_t kDrawnAtOnce = std::size_t{1} << 20;  // points, of one pass over the source

// Batches in memory: feature f of point i of batch b at values[(b * features + f) * batch + i].
class DrawnBatches {
 public:
  DrawnBatches(const PointSource& source, const BlockCounts& counts, std::size_t batch,
               std::size_t first, std::size_t number, Random random, const Context& context)
      : features_(source.features()),
        batch_(batch),
        room_(reserveMemory(number * batch * features_ * sizeof(float), "the points of batches")),
        values_(number * batch * features_) {
    std::vector<std::pair<std::size_t, std::size_t>> drawn;  // point, place among the drawn
    for (std::size_t b = 0; b < number; ++b) {
      for (const std::size_t point : drawBatch(counts.total, batch, first + b, random)) {
        drawn.emplace_back(point, drawn.size());
      }
    }
    std::sort(drawn.begin(), drawn.end());
    std::vector<std::size_t> begins{0};
    for (const std::size_t block : counts.blocks) begins.push_back(begins.back() + block);
    forPointBlocks(source, context, [&](std::size_t block, const Points& points) {
      auto next = std::lower_bound(drawn.begin(), drawn.end(), std::pair(begins[block], 0ul));
      for (; next != drawn.end() && next->first < begins[block + 1]; ++next) {
        take(points, next->first - begins[block], next->second);
      }
    });
  }

  PlanarPoints operator[](std::size_t index) const {
    return {values_.data() + index * batch_ * features_, features_, batch_};
  }

 private:
  void take(const Points& points, std::size_t from, std::size_t place) {
    float* to = values_.data() + place / batch_ * batch_ * features_ + place % batch_;
    for (std::size_t f = 0; f < features_; ++f) {
      to[f * batch_] = points.values[f * points.stride + from];
    }
  }

  std::size_t features_, batch_;
  MemoryReservation room_;
  std::vector<float> values_;
};

}  // namespace

std::vector<std::size_t> drawBatch(std::size_t points, std::size_t batch, std::size_t index,
                                   Random random) {
  Random own = random.split(index);
  std::vector<std::size_t> drawn(batch);
  for (std::size_t& point : drawn) point = own.below(points);
  return drawn;
}

void fitMiniBatches(const PointSource& source, const BlockCounts& counts,
                    const KMeansOptions& options, std::span<const double> mean, double tolerance,
                    Random random, KMeansResult& result, const Context& context) {
  const auto most = static_cast<std::size_t>(std::max(0, options.iterations));
  const std::size_t at_once = std::max<std::size_t>(1, kDrawnAtOnce / options.batch);
  ClusterSums total;
  for (std::size_t first = 0; first < most && !result.converged; first += at_once) {
    const std::size_t number = std::min(at_once, most - first);
    const DrawnBatches batches(source, counts, options.batch, first, number, random, context);
    for (std::size_t b = 0; b < number && !result.converged; ++b) {
      context.checkpoint(static_cast<double>(first + b) / static_cast<double>(most),
                         "Moving centres");
      const CentreTable table(result.centres, mean);
      if (total.counts.empty()) total = ClusterSums(table);
      const PlanarPoints points = batches[b];
      total.add(reducePointBlocks<ClusterSums>(
          points, context,
          [&](std::size_t, const Points& block) {
            ClusterSums part(table);
            sumNearest(table, block, part, nullptr);
            return part;
          },
          [](ClusterSums& left, const ClusterSums& right) { left.add(right); }));
      const int reseeded = reseed(points, table, total, context);
      const double shift = moveToMeans(total, table.origin, result.centres);
      ++result.iterations;
      result.reseeded += reseeded;
      result.converged = reseeded == 0 && shift <= tolerance;
    }
  }
}

}  // namespace lineament::spatial
