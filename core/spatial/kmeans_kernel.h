// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/spatial/points.h"

namespace lineament::spatial {

// The vectorised insides of k-means; kmeans.h states the method.

// Centres as the kernels read them. Everything is relative to an origin near the points' mean: in
// single precision |c|^2 - 2 x.c keeps few digits where points lie far from 0 and near each other.
struct CentreTable {
  static constexpr std::size_t kGroup = 4;  // centres that are compared with a point at a time
  static constexpr std::size_t kRowMultiple = 64;  // of floats, that a feature of all centres has

  // `centres` [cluster][feature], `origin` [feature], which is rounded.
  CentreTable(std::span<const double> centres, std::span<const double> origin);

  std::size_t features, clusters, stride;
  std::vector<float> origin;
  std::vector<float> centres;  // feature f of centre k, relative to the origin, at f * stride + k
  std::vector<float> terms;    // [group][feature][kGroup]: -2 c; 0 behind the last centre
  std::vector<float> squares;  // [group][kGroup]: |c|^2; infinite behind the last centre
};

// Sums of the points of each cluster relative to the origin, and their number.
struct ClusterSums {
  std::vector<double> sums;  // [cluster][feature]
  std::vector<double> counts;

  ClusterSums() = default;
  explicit ClusterSums(const CentreTable& table)
      : sums(table.clusters * table.features), counts(table.clusters) {}
  void add(const ClusterSums& other);
};

// Adds the points to the clusters of their nearest centres; of equally near ones, to the first. The
// clusters are put into `labels`, where given: room for points.count.
void sumNearest(const CentreTable& table, const Points& points, ClusterSums& sums,
                std::uint8_t* labels);

// What sumNearest would add less what it added when it made `labels`, which become the new ones:
// few points change their cluster after the first passes.
void sumChanged(const CentreTable& table, const Points& points, ClusterSums& sums,
                std::uint8_t* labels);

// The cluster of each point and, where there is room for it, its squared distance to that centre,
// which is made from the differences and so keeps its digits: arrays of points.count. Returns the
// sum of the squared distances, in double precision.
double labelNearest(const CentreTable& table, const Points& points, std::uint16_t* labels,
                    float* distances);

// The squared distance of each point to one place, from differences.
void squaredDistances(const Points& points, std::span<const float> place, float* distances);

// Sums of x - pivot and of its square for each feature are added to `sums` and `squares`; `reach`
// is raised to the largest |x - pivot|. False where a value is not finite or so large that its
// square would not be.
inline constexpr float kLargestValue = 1e15f;
bool addMoments(const Points& points, std::span<const float> pivot, double* sums, double* squares,
                float* reach);

}  // namespace lineament::spatial
