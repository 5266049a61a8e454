// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/spatial/kmeans_kernel.h"

namespace lineament::spatial {

// Bounds by which most points need not be compared with the centres anew (Hamerly, 2010, "Making
// k-means even faster"). Of his two bounds, the distance to the own centre and to the nearest other
// one, their difference is kept for each point: its gap. Where centres move, it shrinks by the way
// of the own centre and the longest way of any other (the triangle inequality); the nearest centre
// stays the nearest while something is left.
//
// Labels are the same bytes as without: what rounding could change counts as doubtful.
struct CentreMoves {
  // From `before` to `table`; `reach` is no less than the distance of any point from the origin.
  CentreMoves(const CentreTable& before, const CentreTable& table, double reach);

  std::vector<float> falls;  // [cluster]: the most that the gap of its points may have shrunk by
  // What a squared distance may be wrong by, and a gap beyond which scores order as distances do.
  // Scores |c|^2 - 2 x.c are compared; in d steps of rounding each is off by
  // e = (d + 1) 2^-24 (|x| + |c|)^2 at most. Two distances D > D' with D - D' > g differ by
  // D^2 - D'^2 > g^2 in their squares, and keep their order where that is more than 2 e.
  float error, slack;
};

// A gap of which nothing is known: the point is compared.
inline constexpr std::uint16_t kNoGap = 0;

// sumChanged, but for points whose gaps say that their labels stay. `gaps` has the upper halves of
// non-negative floats, rounded down, for points.count points.
void sumDoubtful(const CentreTable& table, const CentreMoves& moves, const Points& points,
                 ClusterSums& sums, std::uint8_t* labels, std::uint16_t* gaps);

}  // namespace lineament::spatial
