// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans_seeding.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/spatial/block_pass.h"
#include "core/spatial/kmeans.h"
#include "core/spatial/kmeans_kernel.h"

namespace lineament::spatial {

namespace {

constexpr int kRounds = 5;
constexpr std::size_t kOversampling = 2;  // points that a round draws on average, over K

using Place = std::vector<float>;

std::size_t candidatesFor(std::size_t clusters) {
  return 2 + static_cast<std::size_t>(std::log(static_cast<double>(clusters)));
}

Place placeOf(const Points& points, std::size_t index, std::size_t features) {
  Place place(features);
  for (std::size_t f = 0; f < features; ++f) place[f] = points.values[f * points.stride + index];
  return place;
}

// The first index at which the running sum of the weights passes `share` of their sum; one of
// weight 0 is never taken.
template <class Weight>
std::size_t indexAt(std::span<const Weight> weights, double share) {
  double sum = 0;
  for (const Weight weight : weights) sum += static_cast<double>(weight);
  double left = share * sum;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto weight = static_cast<double>(weights[i]);
    if (weight <= 0) continue;
    if (left < weight) return i;
    left -= weight;
    last = i;
  }
  return last;  // where rounding went past the end
}

// The squared distance of every point to the nearest of the places so far.
class NearestPlaces {
 public:
  NearestPlaces(const PointSource& source, const BlockCounts& counts, const Context& context)
      : source_(source), counts_(counts), context_(context), sums_(counts.blocks.size()) {
    for (const std::size_t count : counts.blocks) {
      squares_.emplace_back(count, std::numeric_limits<float>::infinity());
    }
  }

  void add(const std::vector<Place>& places) {
    forPointBlocks(source_, context_, [&](std::size_t block, const Points& points) {
      std::vector<float>& squares = squares_[block];
      std::vector<float> next(points.count);
      for (const Place& place : places) {
        squaredDistances(points, place, next.data());
        for (std::size_t i = 0; i < next.size(); ++i) squares[i] = std::min(squares[i], next[i]);
      }
      sums_[block] = std::accumulate(squares.begin(), squares.end(), 0.0);
    });
  }

  double sum() const { return std::accumulate(sums_.begin(), sums_.end(), 0.0); }
  const std::vector<float>& squares(std::size_t block) const { return squares_[block]; }

  Place uniform(Random& random) const {
    std::uint64_t index = random.below(counts_.total);
    std::size_t block = 0;
    while (index >= counts_.blocks[block]) index -= counts_.blocks[block++];
    return at(block, static_cast<std::size_t>(index));
  }

  // By the squared distances.
  Place drawn(Random& random) const {
    const std::size_t block = indexAt<double>(sums_, random.uniform());
    return at(block, indexAt<float>(squares_[block], random.uniform()));
  }

  // What the sum would be with each of the candidates added.
  std::vector<double> sumsWith(const std::vector<Place>& candidates) const {
    return reducePointBlocks<std::vector<double>>(
        source_, context_,
        [&](std::size_t block, const Points& points) {
          std::vector<float> next(points.count);
          std::vector<double> sums;
          for (const Place& candidate : candidates) {
            squaredDistances(points, candidate, next.data());
            double sum = 0;
            for (std::size_t i = 0; i < next.size(); ++i) {
              sum += static_cast<double>(std::min(next[i], squares_[block][i]));
            }
            sums.push_back(sum);
          }
          return sums;
        },
        [](std::vector<double>& left, const std::vector<double>& right) {
          for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
        });
  }

 private:
  Place at(std::size_t block, std::size_t index) const {
    std::vector<float> room;
    return placeOf(source_.block(block, room), index, source_.features());
  }

  const PointSource& source_;
  const BlockCounts& counts_;
  const Context& context_;
  std::vector<std::vector<float>> squares_;
  std::vector<double> sums_;
};

std::size_t least(const std::vector<double>& values) {
  return static_cast<std::size_t>(std::min_element(values.begin(), values.end()) - values.begin());
}

void append(std::vector<double>& centres, const Place& place) {
  centres.insert(centres.end(), place.begin(), place.end());
}

double squaredDistance(const Place& a, const Place& b) {
  double sum = 0;
  for (std::size_t f = 0; f < a.size(); ++f) {
    const double difference = static_cast<double>(a[f]) - static_cast<double>(b[f]);
    sum += difference * difference;
  }
  return sum;
}

// Greedy k-means++ among places with weights, all in memory.
std::vector<double> chooseWeighted(const std::vector<Place>& places,
                                   const std::vector<double>& weights, std::size_t clusters,
                                   Random& random) {
  std::vector<double> nearest(places.size(), std::numeric_limits<double>::infinity());
  std::vector<double> shares = weights;
  std::vector<double> centres;
  const std::size_t candidates = candidatesFor(clusters);
  for (std::size_t k = 0; k < clusters; ++k) {
    std::vector<std::vector<double>> squares;
    std::vector<double> sums;
    std::vector<std::size_t> drawn;
    for (std::size_t c = 0; c < (k == 0 ? 1 : candidates); ++c) {
      drawn.push_back(indexAt<double>(shares, random.uniform()));
      std::vector<double>& row = squares.emplace_back(places.size());
      double sum = 0;
      for (std::size_t i = 0; i < places.size(); ++i) {
        row[i] = std::min(nearest[i], squaredDistance(places[i], places[drawn.back()]));
        sum += weights[i] * row[i];
      }
      sums.push_back(sum);
    }
    const std::size_t best = least(sums);
    append(centres, places[drawn[best]]);
    nearest = squares[best];
    for (std::size_t i = 0; i < places.size(); ++i) shares[i] = weights[i] * nearest[i];
  }
  return centres;
}

// Each point by itself with probability min(1, l D^2 / sum D^2); each block has a stream of random
// numbers of its own.
std::vector<Place> drawIndependently(const PointSource& source, const NearestPlaces& nearest,
                                     double expected, const Random& random,
                                     const Context& context) {
  std::vector<std::vector<Place>> drawn(source.blocks());
  const double factor = expected / nearest.sum();
  forPointBlocks(source, context, [&](std::size_t block, const Points& points) {
    Random own = random.split(block);
    const std::vector<float>& squares = nearest.squares(block);
    for (std::size_t i = 0; i < points.count; ++i) {
      if (own.uniform() >= factor * static_cast<double>(squares[i])) continue;
      drawn[block].push_back(placeOf(points, i, source.features()));
    }
  });
  std::vector<Place> all;
  for (const auto& places : drawn) all.insert(all.end(), places.begin(), places.end());
  return all;
}

}  // namespace

std::vector<double> seedPlusPlus(const PointSource& source, const BlockCounts& counts,
                                 std::size_t clusters, Random random, const Context& context) {
  NearestPlaces nearest(source, counts, context);
  std::vector<double> centres;
  Place next = nearest.uniform(random);
  append(centres, next);
  for (std::size_t k = 1; k < clusters; ++k) {
    context.checkpoint(static_cast<double>(k) / static_cast<double>(clusters),
                       "Choosing first centres");
    nearest.add({next});
    std::vector<Place> candidates;
    for (std::size_t c = 0; c < candidatesFor(clusters); ++c) {
      candidates.push_back(nearest.drawn(random));
    }
    next = candidates[least(nearest.sumsWith(candidates))];
    append(centres, next);
  }
  return centres;
}

std::vector<double> seedParallel(const PointSource& source, const BlockCounts& counts,
                                 std::size_t clusters, Random random, const Context& context) {
  NearestPlaces nearest(source, counts, context);
  std::vector<Place> candidates{nearest.uniform(random)};
  nearest.add(candidates);
  const auto draw = [&](const std::vector<Place>& places) {
    nearest.add(places);
    candidates.insert(candidates.end(), places.begin(), places.end());
  };
  for (int round = 0; round < kRounds && nearest.sum() > 0; ++round) {
    context.checkpoint(static_cast<double>(round) / kRounds, "Choosing first centres");
    draw(drawIndependently(source, nearest, static_cast<double>(kOversampling * clusters),
                           random.split(static_cast<std::uint64_t>(round)), context));
  }
  while (candidates.size() < clusters) draw({nearest.drawn(random)});
  std::vector<double> places;
  for (const Place& candidate : candidates) append(places, candidate);
  const Assignment weights = assign(source, places, context);
  return chooseWeighted(candidates, {weights.counts.begin(), weights.counts.end()}, clusters,
                        random);
}

}  // namespace lineament::spatial
