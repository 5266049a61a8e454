// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/spatial/kmeans.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

struct MixtureOptions {
  int iterations = 100;
  double tolerance = 1e-3;  // of the mean log-likelihood's rise in an iteration
  // Added to the variances, in mean variances of the features: no component shrinks to a point.
  double regularisation = 1e-6;
};

// p(x) = sum_k weight_k N(x; mean_k, covariance_k)
struct GaussianMixture {
  std::size_t clusters = 0, features = 0;
  std::vector<double> weights;
  std::vector<double> means;        // [cluster][feature]
  std::vector<double> covariances;  // [cluster][feature][feature]
  double log_likelihood = 0;        // mean over the points
  double bic = 0;                   // -2 n log_likelihood + parameters log n (Schwarz, 1978)
  int iterations = 0;
  bool converged = false;
};

// Expectation-maximisation (Dempster, Laird and Rubin, 1977) for Gaussian components with
// covariances of their own, from the clusters of a k-means run: each point belongs to its nearest
// centre to begin with. All in double precision; the same bytes at any number of threads.
//
// Error "mixture.singular" where a component has no covariance to invert.
GaussianMixture fitMixture(const PointSource& source, const KMeansResult& start,
                           const MixtureOptions& options, const Context& context);

// The component each point most likely comes from; see assign() of k-means. Returns how many points
// each got.
std::vector<std::uint64_t> assignMixture(const PointSource& source, const GaussianMixture& mixture,
                                         const Context& context, const StoreLabels& store);

}  // namespace lineament::spatial
