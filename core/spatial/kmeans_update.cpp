// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans_update.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/spatial/block_pass.h"

namespace lineament::spatial {

namespace {

struct FarPoint {
  float square;  // distance to its centre
  std::size_t block, index;
  std::uint16_t label;
  std::vector<float> place;

  bool operator<(const FarPoint& other) const {
    if (square != other.square) return square > other.square;
    return std::pair(block, index) < std::pair(other.block, other.index);
  }
};

void keepFirst(std::vector<FarPoint>& points, std::size_t count) {
  std::sort(points.begin(), points.end());
  if (points.size() > count) points.resize(count);
}

std::vector<FarPoint> farthestOf(const CentreTable& table, std::size_t block, const Points& points,
                                 std::size_t count) {
  std::vector<std::uint16_t> labels(points.count);
  std::vector<float> squares(points.count);
  labelNearest(table, points, labels.data(), squares.data());
  std::vector<std::size_t> order(points.count);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), middle, order.end(), [&](std::size_t a, std::size_t b) {
    return squares[a] != squares[b] ? squares[a] > squares[b] : a < b;
  });
  std::vector<FarPoint> farthest;
  for (auto i = order.begin(); i != middle; ++i) {
    std::vector<float> place(table.features);
    for (std::size_t f = 0; f < table.features; ++f) {
      place[f] = points.values[f * points.stride + *i];
    }
    farthest.push_back({squares[*i], block, *i, labels[*i], std::move(place)});
  }
  return farthest;
}

std::vector<FarPoint> farthest(const PointSource& source, const CentreTable& table,
                               std::size_t count, const Context& context) {
  return reducePointBlocks<std::vector<FarPoint>>(
      source, context,
      [&](std::size_t block, const Points& points) {
        return farthestOf(table, block, points, count);
      },
      [&](std::vector<FarPoint>& left, const std::vector<FarPoint>& right) {
        left.insert(left.end(), right.begin(), right.end());
        keepFirst(left, count);
      });
}

}  // namespace

// A cluster has one last point at most, so as many more than there are clusters are enough to
// choose from.
int reseed(const PointSource& source, const CentreTable& table, ClusterSums& sums,
           const Context& context) {
  std::vector<std::size_t> empty;
  for (std::size_t k = 0; k < table.clusters; ++k) {
    if (sums.counts[k] == 0) empty.push_back(k);
  }
  if (empty.empty()) return 0;
  const auto points = farthest(source, table, empty.size() + table.clusters, context);
  int reseeded = 0;
  auto next = points.begin();
  for (const std::size_t k : empty) {
    while (next != points.end() && sums.counts[next->label] < 2) ++next;
    if (next == points.end()) break;
    for (std::size_t f = 0; f < table.features; ++f) {
      const double value =
          static_cast<double>(next->place[f]) - static_cast<double>(table.origin[f]);
      sums.sums[next->label * table.features + f] -= value;
      sums.sums[k * table.features + f] = value;
    }
    --sums.counts[next->label];
    sums.counts[k] = 1;
    ++reseeded;
    ++next;
  }
  return reseeded;
}

double moveToMeans(const ClusterSums& sums, const std::vector<float>& origin,
                   std::vector<double>& centres) {
  double shift = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const double count = sums.counts[i / origin.size()];
    if (count == 0) continue;
    const double mean = sums.sums[i] / count + static_cast<double>(origin[i % origin.size()]);
    shift += (mean - centres[i]) * (mean - centres[i]);
    centres[i] = mean;
  }
  return shift;
}

}  // namespace lineament::spatial
