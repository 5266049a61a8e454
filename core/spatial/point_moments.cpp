// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/point_moments.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/base/error.h"
#include "core/spatial/block_pass.h"
#include "core/spatial/kmeans_kernel.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kValue{"points.value", "Use the points",
                           "{value} is no number that can be worked with",
                           "point {point} of block {block}, feature {feature}",
                           "Leave out points without a value, or scale the feature"};

[[noreturn]] void throwUnusable(std::size_t block, const Points& points, std::size_t features) {
  for (std::size_t f = 0; f < features; ++f) {
    for (std::size_t i = 0; i < points.count; ++i) {
      const float value = points.values[f * points.stride + i];
      if (std::abs(value) <= kLargestValue) continue;
      throw Error(kValue, {{"value", value}, {"point", i}, {"block", block}, {"feature", f}});
    }
  }
  throw std::logic_error("all values are usable");
}

// The first point there is; sums of squares relative to it keep their digits.
std::vector<float> firstPoint(const PointSource& source) {
  std::vector<float> room, place;
  for (std::size_t block = 0; block < source.blocks(); ++block) {
    const Points points = source.block(block, room);
    if (points.count == 0) continue;
    for (std::size_t f = 0; f < source.features(); ++f) {
      place.push_back(points.values[f * points.stride]);
    }
    return place;
  }
  return place;
}

struct Sums {
  std::vector<double> sums, squares;
  std::vector<float> reach;
};

Sums sumsAround(const std::vector<float>& pivot, const PointSource& source,
                std::vector<std::size_t>& counts, const Context& context) {
  return reducePointBlocks<Sums>(
      source, context,
      [&](std::size_t block, const Points& points) {
        Sums part{std::vector<double>(pivot.size()), std::vector<double>(pivot.size()),
                  std::vector<float>(pivot.size())};
        counts[block] = points.count;
        if (!addMoments(points, pivot, part.sums.data(), part.squares.data(), part.reach.data())) {
          throwUnusable(block, points, pivot.size());
        }
        return part;
      },
      [](Sums& left, const Sums& right) {
        for (std::size_t f = 0; f < left.sums.size(); ++f) {
          left.sums[f] += right.sums[f];
          left.squares[f] += right.squares[f];
          left.reach[f] = std::max(left.reach[f], right.reach[f]);
        }
      });
}

}  // namespace

PointMoments momentsOf(const PointSource& source, const Context& context) {
  PointMoments moments;
  moments.counts.resize(source.blocks());
  const std::vector<float> pivot = firstPoint(source);
  if (pivot.empty()) return moments;
  const Sums sums = sumsAround(pivot, source, moments.counts, context);
  const auto n = static_cast<double>(moments.count());
  for (std::size_t f = 0; f < pivot.size(); ++f) {
    const double mean = sums.sums[f] / n;
    moments.mean.push_back(mean + static_cast<double>(pivot[f]));
    moments.variance.push_back(std::max(0.0, sums.squares[f] / n - mean * mean));
    moments.reach.push_back((static_cast<double>(sums.reach[f]) + std::abs(mean)) * (1 + 1e-6));
  }
  return moments;
}

}  // namespace lineament::spatial
