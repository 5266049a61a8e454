// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/gaussian_mixture.h"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/error.h"
#include "core/spatial/block_pass.h"
#include "core/spatial/point_moments.h"

namespace lineament::spatial {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t kChunk = 128;  // points that are worked on in the first cache
constexpr std::size_t kBlocksOfGroup = 64;

constexpr ErrorText kSingular{"mixture.singular", "Fit Gaussian components",
                              "component {component} has collapsed: its covariance has no inverse",
                              "", "Choose fewer classes, or leave out bands that repeat others"};

// A component as the passes read it: log p = constant - 1/2 |whiten (x - mean)|^2.
struct Component {
  double constant = 0;
  std::vector<double> mean;
  std::vector<double> whiten;  // lower triangle of the inverse of the covariance's Cholesky factor
};

std::vector<Component> componentsOf(const GaussianMixture& mixture) {
  const std::size_t d = mixture.features;
  const auto size = static_cast<Eigen::Index>(d);
  std::vector<Component> components;
  for (std::size_t k = 0; k < mixture.clusters; ++k) {
    const Eigen::Map<const Matrix> covariance(mixture.covariances.data() + k * d * d, size, size);
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
    if (factor.info() != Eigen::Success || !covariance.allFinite()) {
      throw Error(kSingular, {{"component", k + 1}});
    }
    const Matrix inverse = factor.matrixL().solve(Eigen::MatrixXd::Identity(size, size));
    Component component;
    component.constant = std::log(mixture.weights[k]) + inverse.diagonal().array().log().sum() -
                         0.5 * static_cast<double>(d) * std::log(2 * std::numbers::pi);
    component.mean.assign(mixture.means.begin() + static_cast<std::ptrdiff_t>(k * d),
                          mixture.means.begin() + static_cast<std::ptrdiff_t>((k + 1) * d));
    component.whiten.assign(inverse.data(), inverse.data() + d * d);
    components.push_back(std::move(component));
  }
  return components;
}

// Up to kChunk points in double precision, and the log of weight times density for each component.
class Chunk {
 public:
  Chunk(std::size_t features, std::size_t clusters)
      : logs(clusters * kChunk), values(features * kChunk), centred_(features * kChunk) {}

  void load(const Points& points, std::size_t begin, std::size_t features) {
    count = std::min(kChunk, points.count - begin);
    for (std::size_t f = 0; f < features; ++f) {
      const float* from = points.values + f * points.stride + begin;
      std::copy_n(from, count, values.data() + f * kChunk);
    }
  }

  void evaluate(const std::vector<Component>& components) {
    const std::size_t features = values.size() / kChunk;
    double white[kChunk], square[kChunk];
    for (std::size_t k = 0; k < components.size(); ++k) {
      const Component& component = components[k];
      for (std::size_t f = 0; f < features; ++f) {
        for (std::size_t i = 0; i < kChunk; ++i) {
          centred_[f * kChunk + i] = values[f * kChunk + i] - component.mean[f];
        }
      }
      std::fill_n(square, kChunk, 0.0);
      for (std::size_t f = 0; f < features; ++f) {
        std::fill_n(white, kChunk, 0.0);
        for (std::size_t g = 0; g <= f; ++g) {
          const double factor = component.whiten[f * features + g];
          const double* x = centred_.data() + g * kChunk;
          for (std::size_t i = 0; i < kChunk; ++i) white[i] += factor * x[i];
        }
        for (std::size_t i = 0; i < kChunk; ++i) square[i] += white[i] * white[i];
      }
      for (std::size_t i = 0; i < kChunk; ++i) {
        logs[k * kChunk + i] = component.constant - 0.5 * square[i];
      }
    }
  }

  std::size_t count = 0;
  std::vector<double> logs;    // [component][point]
  std::vector<double> values;  // [feature][point]

 private:
  std::vector<double> centred_;
};

// Sums over points, weighted by how far they belong to a component; of x - origin.
struct Sums {
  double log_likelihood = 0;
  std::vector<double> shares, firsts, seconds;  // [k], [k][f], [k][f][g] for g <= f

  Sums() = default;
  Sums(std::size_t clusters, std::size_t features)
      : shares(clusters), firsts(clusters * features), seconds(clusters * features * features) {}

  void add(const Sums& other) {
    const auto into = [](std::vector<double>& to, const std::vector<double>& from) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    };
    log_likelihood += other.log_likelihood;
    into(shares, other.shares);
    into(firsts, other.firsts);
    into(seconds, other.seconds);
  }

  // `share` of each point of the chunk belongs to component k; x are its values less the origin.
  void addChunk(std::size_t k, const double* share, const std::vector<double>& x,
                std::size_t count) {
    const std::size_t features = x.size() / kChunk;
    double weighted[kChunk];
    for (std::size_t i = 0; i < count; ++i) shares[k] += share[i];
    for (std::size_t f = 0; f < features; ++f) {
      const double* a = x.data() + f * kChunk;
      for (std::size_t i = 0; i < count; ++i) weighted[i] = share[i] * a[i];
      double first = 0;
      for (std::size_t i = 0; i < count; ++i) first += weighted[i];
      firsts[k * features + f] += first;
      for (std::size_t g = 0; g <= f; ++g) {
        const double* b = x.data() + g * kChunk;
        double second = 0;
        for (std::size_t i = 0; i < count; ++i) second += weighted[i] * b[i];
        seconds[(k * features + f) * features + g] += second;
      }
    }
  }
};

class Fit {
 public:
  Fit(const PointSource& source, const KMeansResult& start, const MixtureOptions& options,
      const Context& context)
      : source_(source), options_(options), context_(context) {
    const PointMoments moments = momentsOf(source, context);
    count_ = static_cast<double>(moments.count());
    origin_ = moments.mean;
    for (const double variance : moments.variance) {
      ridge_ += options.regularisation * variance / static_cast<double>(moments.variance.size());
    }
    mixture_.clusters = start.clusters;
    mixture_.features = start.features;
    maximise(hardSums(start));
  }

  GaussianMixture run() {
    double before = -std::numeric_limits<double>::infinity();
    while (mixture_.iterations < options_.iterations && !mixture_.converged) {
      context_.checkpoint(static_cast<double>(mixture_.iterations) / options_.iterations,
                          "Fitting Gaussian components");
      const Sums sums = softSums();
      mixture_.log_likelihood = sums.log_likelihood / count_;
      maximise(sums);
      ++mixture_.iterations;
      mixture_.converged = std::abs(mixture_.log_likelihood - before) < options_.tolerance;
      before = mixture_.log_likelihood;
    }
    mixture_.log_likelihood = softSums().log_likelihood / count_;  // of what is handed out
    const auto k = static_cast<double>(mixture_.clusters);
    const auto d = static_cast<double>(mixture_.features);
    const double parameters = k - 1 + k * d + k * d * (d + 1) / 2;
    mixture_.bic = -2 * count_ * mixture_.log_likelihood + parameters * std::log(count_);
    if (!mixture_.converged) {
      context_.warn(
          fmt::format("The likelihood still rose after {} iterations", mixture_.iterations));
    }
    return mixture_;
  }

 private:
  // The sums of work(chunk, sums) over all points. Blocks go in groups: the sums of a block may be
  // large, and a scene has thousands of blocks.
  template <class Work>
  Sums pass(const Work& work) const {
    Sums total(mixture_.clusters, mixture_.features);
    for (std::size_t first = 0; first < source_.blocks(); first += kBlocksOfGroup) {
      const std::size_t count = std::min(kBlocksOfGroup, source_.blocks() - first);
      total.add(reduceBlocks<Sums>(
          count, 1, context_,
          [&](std::size_t block, std::size_t) {
            std::vector<float> room;
            const Points points = source_.block(first + block, room);
            Sums sums(mixture_.clusters, mixture_.features);
            Chunk chunk(mixture_.features, mixture_.clusters);
            for (std::size_t begin = 0; begin < points.count; begin += kChunk) {
              chunk.load(points, begin, mixture_.features);
              work(chunk, sums);
            }
            return sums;
          },
          [](Sums& left, const Sums& right) { left.add(right); }));
    }
    return total;
  }

  void centre(Chunk& chunk) const {
    for (std::size_t f = 0; f < mixture_.features; ++f) {
      for (std::size_t i = 0; i < kChunk; ++i) chunk.values[f * kChunk + i] -= origin_[f];
    }
  }

  // Each point belongs to its nearest centre alone; of equally near ones, to the first.
  Sums hardSums(const KMeansResult& start) const {
    return pass([&](Chunk& chunk, Sums& sums) {
      double nearest[kChunk], square[kChunk], share[kChunk];
      std::size_t label[kChunk] = {};
      std::fill_n(nearest, kChunk, std::numeric_limits<double>::infinity());
      for (std::size_t k = 0; k < start.clusters; ++k) {
        std::fill_n(square, kChunk, 0.0);
        for (std::size_t f = 0; f < start.features; ++f) {
          const double centre = start.centres[k * start.features + f];
          for (std::size_t i = 0; i < kChunk; ++i) {
            const double difference = chunk.values[f * kChunk + i] - centre;
            square[i] += difference * difference;
          }
        }
        for (std::size_t i = 0; i < chunk.count; ++i) {
          if (!(square[i] < nearest[i])) continue;
          nearest[i] = square[i];
          label[i] = k;
        }
      }
      centre(chunk);
      for (std::size_t k = 0; k < start.clusters; ++k) {
        for (std::size_t i = 0; i < chunk.count; ++i) share[i] = label[i] == k ? 1 : 0;
        sums.addChunk(k, share, chunk.values, chunk.count);
      }
    });
  }

  Sums softSums() const {
    const std::vector<Component> components = componentsOf(mixture_);
    return pass([&](Chunk& chunk, Sums& sums) {
      chunk.evaluate(components);
      double highest[kChunk], total[kChunk];
      std::fill_n(highest, kChunk, -std::numeric_limits<double>::infinity());
      std::fill_n(total, kChunk, 0.0);
      for (std::size_t k = 0; k < components.size(); ++k) {
        const double* logs = chunk.logs.data() + k * kChunk;
        for (std::size_t i = 0; i < chunk.count; ++i) highest[i] = std::max(highest[i], logs[i]);
      }
      for (std::size_t k = 0; k < components.size(); ++k) {
        double* logs = chunk.logs.data() + k * kChunk;
        for (std::size_t i = 0; i < chunk.count; ++i) {
          logs[i] = std::exp(logs[i] - highest[i]);
          total[i] += logs[i];
        }
      }
      for (std::size_t i = 0; i < chunk.count; ++i) {
        sums.log_likelihood += highest[i] + std::log(total[i]);
      }
      centre(chunk);
      for (std::size_t k = 0; k < components.size(); ++k) {
        double* share = chunk.logs.data() + k * kChunk;
        for (std::size_t i = 0; i < chunk.count; ++i) share[i] /= total[i];
        sums.addChunk(k, share, chunk.values, chunk.count);
      }
    });
  }

  void maximise(const Sums& sums) {
    const std::size_t d = mixture_.features;
    mixture_.weights.resize(mixture_.clusters);
    mixture_.means.resize(mixture_.clusters * d);
    mixture_.covariances.resize(mixture_.clusters * d * d);
    for (std::size_t k = 0; k < mixture_.clusters; ++k) {
      const double share = sums.shares[k] + 10 * std::numeric_limits<double>::epsilon();
      mixture_.weights[k] = share / count_;
      const double* firsts = sums.firsts.data() + k * d;
      const double* seconds = sums.seconds.data() + k * d * d;
      double* covariance = mixture_.covariances.data() + k * d * d;
      for (std::size_t f = 0; f < d; ++f) {
        mixture_.means[k * d + f] = firsts[f] / share + origin_[f];
        for (std::size_t g = 0; g <= f; ++g) {
          const double value = seconds[f * d + g] / share - firsts[f] / share * (firsts[g] / share);
          covariance[f * d + g] = covariance[g * d + f] = value + (f == g ? ridge_ : 0);
        }
      }
    }
  }

  const PointSource& source_;
  const MixtureOptions& options_;
  const Context& context_;
  double count_ = 0, ridge_ = 0;
  std::vector<double> origin_;
  GaussianMixture mixture_;
};

}  // namespace

GaussianMixture fitMixture(const PointSource& source, const KMeansResult& start,
                           const MixtureOptions& options, const Context& context) {
  return Fit(source, start, options, context).run();
}

std::vector<std::uint64_t> assignMixture(const PointSource& source, const GaussianMixture& mixture,
                                         const Context& context, const StoreLabels& store) {
  using Counts = std::vector<std::uint64_t>;
  const std::vector<Component> components = componentsOf(mixture);
  return reducePointBlocks<Counts>(
      source, context,
      [&](std::size_t block, const Points& points) {
        Counts counts(mixture.clusters);
        std::vector<std::uint16_t> labels(points.count);
        Chunk chunk(mixture.features, mixture.clusters);
        for (std::size_t begin = 0; begin < points.count; begin += kChunk) {
          chunk.load(points, begin, mixture.features);
          chunk.evaluate(components);
          for (std::size_t i = 0; i < chunk.count; ++i) {
            std::size_t best = 0;
            for (std::size_t k = 1; k < components.size(); ++k) {
              if (chunk.logs[k * kChunk + i] > chunk.logs[best * kChunk + i]) best = k;
            }
            labels[begin + i] = static_cast<std::uint16_t>(best);
            ++counts[best];
          }
        }
        if (store) store(block, labels);
        return counts;
      },
      [](Counts& left, const Counts& right) {
        for (std::size_t k = 0; k < left.size(); ++k) left[k] += right[k];
      });
}

}  // namespace lineament::spatial
