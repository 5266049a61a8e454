// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans_reference.h"

namespace lineament::spatial {

namespace {

class Lloyd {
 public:
  Lloyd(std::span<const double> rows, std::size_t features, const KMeansOptions& options)
      : rows_(rows),
        features_(features),
        points_(rows.size() / features),
        clusters_(options.clusters),
        centres_(options.start),
        labels_(points_),
        squares_(points_) {}

  KMeansReference run(const KMeansOptions& options) {
    KMeansReference reference;
    KMeansResult& result = reference.result;
    while (result.iterations < options.iterations && !result.converged) {
      label();
      const int reseeded = reseed();
      const double shift = move();
      ++result.iterations;
      result.reseeded += reseeded;
      result.converged = reseeded == 0 && shift <= options.tolerance * variance();
    }
    label();
    result.clusters = clusters_;
    result.features = features_;
    result.centres = centres_;
    result.counts.assign(clusters_, 0);
    for (std::size_t i = 0; i < points_; ++i) {
      ++result.counts[labels_[i]];
      result.inertia += squares_[i];
    }
    reference.labels = labels_;
    return reference;
  }

 private:
  double square(std::size_t point, std::size_t cluster) const {
    double sum = 0;
    for (std::size_t f = 0; f < features_; ++f) {
      const double difference = rows_[point * features_ + f] - centres_[cluster * features_ + f];
      sum += difference * difference;
    }
    return sum;
  }

  void label() {
    for (std::size_t i = 0; i < points_; ++i) {
      labels_[i] = 0;
      for (std::size_t k = 1; k < clusters_; ++k) {
        if (square(i, k) < square(i, labels_[i])) labels_[i] = static_cast<std::uint16_t>(k);
      }
      squares_[i] = square(i, labels_[i]);
    }
  }

  std::size_t members(std::size_t cluster) const {
    std::size_t count = 0;
    for (const std::uint16_t label : labels_) count += label == cluster ? 1 : 0;
    return count;
  }

  // Each empty cluster takes the farthest point whose cluster has others and that none took before.
  int reseed() {
    int reseeded = 0;
    for (std::size_t k = 0; k < clusters_; ++k) {
      if (members(k) > 0) continue;
      std::size_t farthest = points_;
      for (std::size_t i = 0; i < points_; ++i) {
        if (moved(i) || members(labels_[i]) < 2) continue;
        if (farthest == points_ || squares_[i] > squares_[farthest]) farthest = i;
      }
      if (farthest == points_) break;
      labels_[farthest] = static_cast<std::uint16_t>(k);
      moved_.push_back(farthest);
      ++reseeded;
    }
    moved_.clear();
    return reseeded;
  }

  bool moved(std::size_t point) const {
    for (const std::size_t other : moved_) {
      if (other == point) return true;
    }
    return false;
  }

  double move() {
    double shift = 0;
    for (std::size_t k = 0; k < clusters_; ++k) {
      const auto count = static_cast<double>(members(k));
      if (count == 0) continue;
      for (std::size_t f = 0; f < features_; ++f) {
        double mean = 0;
        for (std::size_t i = 0; i < points_; ++i) {
          if (labels_[i] == k) mean += rows_[i * features_ + f] / count;
        }
        double& centre = centres_[k * features_ + f];
        shift += (mean - centre) * (mean - centre);
        centre = mean;
      }
    }
    return shift;
  }

  // Mean over the features.
  double variance() const {
    double sum = 0;
    for (std::size_t f = 0; f < features_; ++f) {
      double mean = 0;
      for (std::size_t i = 0; i < points_; ++i) mean += rows_[i * features_ + f];
      mean /= static_cast<double>(points_);
      for (std::size_t i = 0; i < points_; ++i) {
        const double difference = rows_[i * features_ + f] - mean;
        sum += difference * difference;
      }
    }
    return sum / static_cast<double>(points_ * features_);
  }

  std::span<const double> rows_;
  std::size_t features_, points_, clusters_;
  std::vector<double> centres_;
  std::vector<std::uint16_t> labels_;
  std::vector<double> squares_;
  std::vector<std::size_t> moved_;
};

}  // namespace

KMeansReference fitKMeansReference(std::span<const double> rows, std::size_t features,
                                   const KMeansOptions& options) {
  return Lloyd(rows, features, options).run(options);
}

}  // namespace lineament::spatial
