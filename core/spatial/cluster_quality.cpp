// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/cluster_quality.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/spatial/block_pass.h"

namespace lineament::spatial {

namespace {

using Labels = std::span<const std::uint8_t>;

// Where the points of each block begin among all.
std::vector<std::size_t> beginnings(const PointSource& source, const Context& context) {
  std::vector<std::size_t> first(source.blocks() + 1);
  forPointBlocks(source, context,
                 [&](std::size_t block, const Points& points) { first[block + 1] = points.count; });
  std::partial_sum(first.begin(), first.end(), first.begin());
  return first;
}

// The sum over all blocks of what visit(points, their labels, sums) adds to `size` numbers.
template <class Visit>
std::vector<double> summed(const PointSource& source, Labels labels,
                           const std::vector<std::size_t>& first, std::size_t size,
                           const Context& context, const Visit& visit) {
  return reducePointBlocks<std::vector<double>>(
      source, context,
      [&](std::size_t block, const Points& points) {
        std::vector<double> sums(size);
        visit(points, labels.subspan(first[block], points.count), sums);
        return sums;
      },
      [](std::vector<double>& left, const std::vector<double>& right) {
        std::transform(left.begin(), left.end(), right.begin(), left.begin(), std::plus<>());
      });
}

struct Centres {
  std::size_t clusters, features;
  std::vector<double> counts, values;  // [cluster], [cluster][feature]

  const double* of(std::size_t cluster) const { return values.data() + cluster * features; }
};

double squaredDistance(const double* a, const double* b, std::size_t features) {
  double sum = 0;
  for (std::size_t f = 0; f < features; ++f) sum += (a[f] - b[f]) * (a[f] - b[f]);
  return sum;
}

Centres centresOf(const PointSource& source, Labels labels, const std::vector<std::size_t>& first,
                  std::size_t clusters, const Context& context) {
  const std::size_t features = source.features();
  const std::vector<double> sums =
      summed(source, labels, first, clusters * (features + 1), context,
             [&](const Points& points, Labels own, std::vector<double>& to) {
               for (std::size_t i = 0; i < points.count; ++i) {
                 double* row = to.data() + own[i] * (features + 1);
                 for (std::size_t f = 0; f < features; ++f) {
                   row[f] += points.values[f * points.stride + i];
                 }
                 ++row[features];
               }
             });
  Centres centres{clusters, features, std::vector<double>(clusters),
                  std::vector<double>(clusters * features)};
  for (std::size_t k = 0; k < clusters; ++k) {
    const double* row = sums.data() + k * (features + 1);
    centres.counts[k] = row[features];
    for (std::size_t f = 0; f < features; ++f) {
      centres.values[k * features + f] = centres.counts[k] > 0 ? row[f] / centres.counts[k] : 0;
    }
  }
  return centres;
}

// For each cluster the sum of its points' squared distances and that of their distances.
std::vector<double> spreads(const PointSource& source, Labels labels,
                            const std::vector<std::size_t>& first, const Centres& centres,
                            const Context& context) {
  return summed(source, labels, first, 2 * centres.clusters, context,
                [&](const Points& points, Labels own, std::vector<double>& to) {
                  for (std::size_t i = 0; i < points.count; ++i) {
                    const double* centre = centres.of(own[i]);
                    double square = 0;
                    for (std::size_t f = 0; f < centres.features; ++f) {
                      const double d = points.values[f * points.stride + i] - centre[f];
                      square += d * d;
                    }
                    to[2 * own[i]] += square;
                    to[2 * own[i] + 1] += std::sqrt(square);
                  }
                });
}

double betweenOf(const Centres& centres) {
  const double all = std::accumulate(centres.counts.begin(), centres.counts.end(), 0.0);
  std::vector<double> mean(centres.features);
  for (std::size_t k = 0; k < centres.clusters; ++k) {
    for (std::size_t f = 0; f < centres.features; ++f) {
      mean[f] += centres.counts[k] / all * centres.of(k)[f];
    }
  }
  double between = 0;
  for (std::size_t k = 0; k < centres.clusters; ++k) {
    between += centres.counts[k] * squaredDistance(centres.of(k), mean.data(), centres.features);
  }
  return between;
}

double daviesBouldin(const Centres& centres, const std::vector<double>& spread) {
  double sum = 0;
  int used = 0;
  for (std::size_t k = 0; k < centres.clusters; ++k) {
    if (centres.counts[k] == 0) continue;
    double worst = 0;
    for (std::size_t j = 0; j < centres.clusters; ++j) {
      if (j == k || centres.counts[j] == 0) continue;
      const double both =
          spread[2 * k + 1] / centres.counts[k] + spread[2 * j + 1] / centres.counts[j];
      const double apart =
          std::sqrt(squaredDistance(centres.of(k), centres.of(j), centres.features));
      worst = std::max(worst, both / apart);
    }
    sum += worst;
    ++used;
  }
  return sum / used;
}

// Points drawn from each cluster by its share: of those still to come each is taken with the
// probability that fills the share (Knuth, algorithm S).
struct Sample {
  std::vector<double> values;  // [point][feature]
  std::vector<std::uint8_t> labels;
};

std::vector<std::size_t> sharesOf(const Centres& centres, std::size_t sample) {
  const double all = std::accumulate(centres.counts.begin(), centres.counts.end(), 0.0);
  std::vector<std::size_t> shares;
  for (const double count : centres.counts) {
    const double share = std::round(static_cast<double>(sample) * count / all);
    shares.push_back(
        static_cast<std::size_t>(std::min(count, std::max(share, std::min(count, 2.0)))));
  }
  return shares;
}

Sample draw(const PointSource& source, Labels labels, const std::vector<std::size_t>& first,
            const Centres& centres, std::size_t sample, std::uint64_t seed,
            const Context& context) {
  std::vector<std::size_t> wanted = sharesOf(centres, sample);
  std::vector<double> left = centres.counts;
  Random random(seed);
  Sample drawn;
  std::vector<float> room;
  for (std::size_t block = 0; block < source.blocks(); ++block) {
    context.checkpoint(0, "Drawing pixels");
    const Points points = source.block(block, room);
    for (std::size_t i = 0; i < points.count; ++i) {
      const std::uint8_t label = labels[first[block] + i];
      const bool taken = random.uniform() * left[label]-- < static_cast<double>(wanted[label]);
      if (!taken) continue;
      --wanted[label];
      drawn.labels.push_back(label);
      for (std::size_t f = 0; f < source.features(); ++f) {
        drawn.values.push_back(points.values[f * points.stride + i]);
      }
    }
  }
  return drawn;
}

double silhouetteOf(const Sample& sample, std::size_t clusters, std::size_t features,
                    const Context& context) {
  constexpr std::size_t kPointsOfBlock = 64;
  std::vector<double> counts(clusters);
  for (const std::uint8_t label : sample.labels) ++counts[label];
  const double sum = reduceBlocks<double>(
      sample.labels.size(), kPointsOfBlock, context,
      [&](std::size_t begin, std::size_t end) {
        double part = 0;
        std::vector<double> distances(clusters);
        for (std::size_t i = begin; i < end; ++i) {
          std::fill(distances.begin(), distances.end(), 0.0);
          for (std::size_t j = 0; j < sample.labels.size(); ++j) {
            distances[sample.labels[j]] +=
                std::sqrt(squaredDistance(sample.values.data() + i * features,
                                          sample.values.data() + j * features, features));
          }
          const std::uint8_t own = sample.labels[i];
          if (counts[own] < 2) continue;
          const double a = distances[own] / (counts[own] - 1);
          double b = std::numeric_limits<double>::infinity();
          for (std::size_t k = 0; k < clusters; ++k) {
            if (k != own && counts[k] > 0) b = std::min(b, distances[k] / counts[k]);
          }
          if (std::max(a, b) > 0) part += (b - a) / std::max(a, b);
        }
        return part;
      },
      [](double& left, const double& right) { left += right; });
  return sum / static_cast<double>(sample.labels.size());
}

}  // namespace

ClusterQuality clusterQuality(const PointSource& source, std::span<const std::uint8_t> labels,
                              std::size_t clusters, std::size_t sample, std::uint64_t seed,
                              const Context& context) {
  const std::vector<std::size_t> first = beginnings(source, context);
  const Centres centres = centresOf(source, labels, first, clusters, context);
  const std::vector<double> spread = spreads(source, labels, first, centres, context);
  ClusterQuality quality;
  for (std::size_t k = 0; k < clusters; ++k) quality.within += spread[2 * k];
  quality.between = betweenOf(centres);
  const auto used =
      static_cast<double>(clusters - static_cast<std::size_t>(std::count(
                                         centres.counts.begin(), centres.counts.end(), 0.0)));
  const auto points = static_cast<double>(labels.size());
  if (used < 2 || used >= points) return quality;
  quality.calinski_harabasz = quality.between / (used - 1) / (quality.within / (points - used));
  quality.davies_bouldin = daviesBouldin(centres, spread);
  quality.silhouette = silhouetteOf(draw(source, labels, first, centres, sample, seed, context),
                                    clusters, source.features(), context);
  return quality;
}

}  // namespace lineament::spatial
