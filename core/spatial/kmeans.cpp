// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/random.h"
#include "core/spatial/block_pass.h"
#include "core/spatial/kmeans_kernel.h"
#include "core/spatial/kmeans_mini_batch.h"
#include "core/spatial/kmeans_passes.h"
#include "core/spatial/kmeans_seeding.h"
#include "core/spatial/kmeans_update.h"
#include "core/spatial/point_moments.h"

namespace lineament::spatial {

namespace {

constexpr std::size_t kMostClusters = 4096;  // so that k-means||'s candidates have labels, too
constexpr std::size_t kClustersBoundsPayFor = 32;  // of 12 features, ten passes and more

constexpr ErrorText kClusters{"kmeans.clusters", "Make {clusters} clusters",
                              "there have to be 1 to {most}", "", "Choose another number"};
constexpr ErrorText kStart{"kmeans.start", "Start from {given} numbers",
                           "{clusters} centres of {features} features have {expected}", "",
                           "Give one finite number for each feature of each centre"};
constexpr ErrorText kBatch{"kmeans.batch", "Draw batches of points", "a batch has no points", "",
                           "Give a batch one point or more"};
constexpr ErrorText kNoPoints{"kmeans.no_points", "Make {clusters} clusters", "there are no points",
                              "", "Choose data with points that have all their values"};
constexpr ErrorText kDistinct{"kmeans.distinct", "Make {clusters} clusters",
                              "only {distinct} distinct points, cannot make {clusters} clusters",
                              "", "Choose at most {distinct} clusters"};

void check(const PointSource& source, const KMeansOptions& options) {
  if (options.clusters < 1 || options.clusters > kMostClusters) {
    throw Error::usage(kClusters, {{"clusters", options.clusters}, {"most", kMostClusters}});
  }
  if (options.batch == 0) throw Error::usage(kBatch);
  const std::size_t expected = options.clusters * source.features();
  const bool finite = std::all_of(options.start.begin(), options.start.end(),
                                  [](double value) { return std::isfinite(value); });
  if (options.start.empty() || (options.start.size() == expected && finite)) return;
  throw Error::usage(kStart, {{"given", options.start.size()},
                              {"clusters", options.clusters},
                              {"features", source.features()},
                              {"expected", expected}});
}

// What is looked at before the first iteration.
struct Survey {
  BlockCounts counts;
  std::vector<double> mean, reach;  // of each feature (PointMoments)
  double variance = 0;              // mean over the features
};

Survey survey(const PointSource& source, const KMeansOptions& options, const Context& context) {
  PointMoments moments = momentsOf(source, context);
  if (moments.count() == 0) throw Error(kNoPoints, {{"clusters", options.clusters}});
  Survey survey;
  survey.counts.total = moments.count();
  survey.counts.blocks = std::move(moments.counts);
  survey.mean = std::move(moments.mean);
  survey.reach = std::move(moments.reach);
  for (const double variance : moments.variance) {
    survey.variance += variance / static_cast<double>(moments.variance.size());
  }
  return survey;
}

// Ends as soon as there are enough of them, which is soon where the points are measurements.
void requireDistinct(const PointSource& source, std::size_t clusters, const Context& context) {
  std::set<std::vector<float>> distinct;
  std::vector<float> room, place(source.features());
  for (std::size_t block = 0; block < source.blocks(); ++block) {
    context.checkpoint(0);
    const Points points = source.block(block, room);
    for (std::size_t i = 0; i < points.count; ++i) {
      for (std::size_t f = 0; f < place.size(); ++f) {
        place[f] = points.values[f * points.stride + i];
      }
      distinct.insert(place);
      if (distinct.size() >= clusters) return;
    }
  }
  throw Error(kDistinct, {{"clusters", clusters}, {"distinct", distinct.size()}});
}

bool boundsPay(const KMeansOptions& options) {
  if (options.algorithm == Algorithm::lloyd) return false;
  return options.algorithm == Algorithm::hamerly || options.clusters >= kClustersBoundsPayFor;
}

void lloyd(const PointSource& source, const Survey& survey, const KMeansOptions& options,
           KMeansResult& result, const Context& context) {
  ClusterPasses passes(source, survey.counts, options.clusters, boundsPay(options));
  if (passes.bounded()) passes.boundBy(survey.mean, survey.reach);
  while (result.iterations < options.iterations && !result.converged) {
    context.checkpoint(static_cast<double>(result.iterations) / options.iterations,
                       "Moving centres");
    // The same origin all along, so that a pass in which no point changes its cluster changes no
    // centre by a bit.
    const CentreTable table(result.centres, survey.mean);
    ClusterSums sums = passes.pass(table, context);
    const int reseeded = reseed(source, table, sums, context);
    const double shift = moveToMeans(sums, table.origin, result.centres);
    ++result.iterations;
    result.reseeded += reseeded;
    result.converged = reseeded == 0 && shift <= options.tolerance * survey.variance;
  }
}

KMeansResult fitFrom(std::vector<double> start, const PointSource& source, const Survey& survey,
                     const KMeansOptions& options, std::uint64_t run, const Context& context) {
  KMeansResult result;
  result.clusters = options.clusters;
  result.features = source.features();
  result.centres = std::move(start);
  if (options.algorithm == Algorithm::mini_batch) {
    fitMiniBatches(source, survey.counts, options, survey.mean, options.tolerance * survey.variance,
                   Random(options.seed).split(run).split(1), result, context);
  } else {
    lloyd(source, survey, options, result, context);
  }
  Assignment assignment = assign(source, result.centres, context);
  result.counts = std::move(assignment.counts);
  result.inertia = assignment.inertia;
  return result;
}

std::vector<double> meanOf(std::span<const double> centres, std::size_t features) {
  std::vector<double> mean(features);
  for (std::size_t i = 0; i < centres.size(); ++i) mean[i % features] += centres[i];
  for (double& value : mean) value /= static_cast<double>(centres.size() / features);
  return mean;
}

void say(const KMeansResult& result, const Context& context) {
  if (result.reseeded > 0) {
    context.note(fmt::format("{} empty clusters were given the farthest point", result.reseeded));
  }
  if (!result.converged) {
    context.warn(fmt::format("The centres still moved after {} iterations", result.iterations));
  }
}

// How many points have each label. Neighbours are counted apart: they often have the same label,
// and to add to what was stored a moment ago means to wait.
std::vector<std::uint64_t> countsOf(std::span<const std::uint16_t> labels, std::size_t clusters) {
  constexpr std::size_t kApart = 4;
  std::vector<std::uint32_t> apart(kApart * clusters);
  for (std::size_t i = 0; i < labels.size(); ++i) ++apart[i % kApart * clusters + labels[i]];
  std::vector<std::uint64_t> counts(clusters);
  for (std::size_t i = 0; i < apart.size(); ++i) counts[i % clusters] += apart[i];
  return counts;
}

}  // namespace

Assignment assign(const PointSource& source, std::span<const double> centres,
                  const Context& context, const StoreLabels& store) {
  const CentreTable table(centres, meanOf(centres, source.features()));
  return reducePointBlocks<Assignment>(
      source, context,
      [&](std::size_t block, const Points& points) {
        std::vector<std::uint16_t> labels(points.count);
        Assignment part;
        part.inertia = labelNearest(table, points, labels.data(), nullptr);
        part.counts = countsOf(labels, table.clusters);
        if (store) store(block, labels);
        return part;
      },
      [](Assignment& left, const Assignment& right) {
        for (std::size_t k = 0; k < left.counts.size(); ++k) left.counts[k] += right.counts[k];
        left.inertia += right.inertia;
      });
}

KMeansResult fitKMeans(const PointSource& source, const KMeansOptions& options,
                       const Context& context) {
  check(source, options);
  const Survey surveyed = survey(source, options, context);
  requireDistinct(source, options.clusters, context);
  const auto seed = options.seeding == Seeding::plus_plus ? seedPlusPlus : seedParallel;
  const int runs = options.start.empty() ? std::max(1, options.restarts) : 1;
  KMeansResult best;
  best.inertia = std::numeric_limits<double>::infinity();
  for (int run = 0; run < runs; ++run) {
    const Context part = context.part(static_cast<double>(run) / runs, (run + 1.0) / runs);
    std::vector<double> start = options.start;
    if (start.empty()) {
      start = seed(source, surveyed.counts, options.clusters,
                   Random(options.seed).split(static_cast<std::uint64_t>(run)), part.part(0, 0.3));
    }
    KMeansResult found =
        fitFrom(std::move(start), source, surveyed, options, static_cast<std::uint64_t>(run),
                part.part(options.start.empty() ? 0.3 : 0, 1));
    if (found.inertia < best.inertia) best = std::move(found);
  }
  say(best, context);
  return best;
}

}  // namespace lineament::spatial
