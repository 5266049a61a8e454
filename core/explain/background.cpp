// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/background.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/parallel.h"
#include "core/base/random.h"

namespace lineament::explain {

namespace {

constexpr ErrorText kNoBackground{"explain.no_background", "Explain a model",
                                  "the background has no complete row", "",
                                  "Give a background table with rows like those the model was "
                                  "fitted to"};

constexpr std::uint64_t kSampleStream = 11;
constexpr std::uint64_t kClusterStream = 12;
constexpr int kMostRounds = 100;
constexpr std::size_t kRowBlock = 512;

// Rows scaled to deviation 1 per column; a constant column counts for nothing.
std::vector<double> standardised(std::span<const double> rows, std::size_t width) {
  const std::size_t count = rows.size() / width;
  std::vector<double> scaled(rows.begin(), rows.end());
  for (std::size_t j = 0; j < width; ++j) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < count; ++i)
      mean += rows[i * width + j] / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) square += std::pow(rows[i * width + j] - mean, 2);
    const double deviation = std::sqrt(square / static_cast<double>(count));
    const double scale = deviation > 0 ? 1 / deviation : 0;
    for (std::size_t i = 0; i < count; ++i) {
      scaled[i * width + j] = (rows[i * width + j] - mean) * scale;
    }
  }
  return scaled;
}

double squaredDistance(const double* a, const double* b, std::size_t width) {
  double sum = 0;
  for (std::size_t j = 0; j < width; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

// The index drawn with probability proportional to `shares`; the last positive one at the end.
std::size_t drawn(const std::vector<double>& shares, double total, Random& random) {
  double left = random.uniform() * total;
  std::size_t last = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] <= 0) continue;
    last = i;
    left -= shares[i];
    if (left < 0) break;
  }
  return last;
}

class Clustering {
 public:
  Clustering(std::vector<double> rows, std::size_t width, const Context& context)
      : rows_(std::move(rows)),
        width_(width),
        count_(rows_.size() / width),
        nearest_(count_),
        context_(context) {}

  void run(std::size_t limit) {
    seed(limit);
    for (int round = 0; round < kMostRounds; ++round) {
      context_.checkpoint(static_cast<double>(round) / kMostRounds, "Summarising the background");
      if (!assign() && round > 0) break;
      moveCentres();
    }
  }

  std::size_t clusters() const { return centres_.size() / width_; }
  const std::vector<std::size_t>& nearest() const { return nearest_; }

 private:
  const double* row(std::size_t i) const { return rows_.data() + i * width_; }

  void seed(std::size_t limit) {
    Random random = Random(context_.seed).split(kClusterStream);
    std::vector<double> distances(count_, std::numeric_limits<double>::max());
    std::size_t next = random.below(count_);
    while (clusters() < limit) {
      context_.checkpoint(0, "Summarising the background");
      centres_.insert(centres_.end(), row(next), row(next) + width_);
      double total = 0;
      for (std::size_t i = 0; i < count_; ++i) {
        distances[i] = std::min(distances[i], squaredDistance(row(i), row(next), width_));
        total += distances[i];
      }
      if (total <= 0) return;  // fewer different rows than clusters
      next = drawn(distances, total, random);
    }
  }

  bool assign() {
    std::vector<std::uint8_t> changed((count_ + kRowBlock - 1) / kRowBlock);
    forBlocks(count_, kRowBlock, context_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        std::size_t best = 0;
        double least = std::numeric_limits<double>::max();
        for (std::size_t c = 0; c < clusters(); ++c) {
          const double distance = squaredDistance(row(i), centres_.data() + c * width_, width_);
          if (distance < least) {
            least = distance;
            best = c;
          }
        }
        if (nearest_[i] != best) changed[begin / kRowBlock] = 1;
        nearest_[i] = best;
      }
    });
    return std::find(changed.begin(), changed.end(), 1) != changed.end();
  }

  // A cluster that lost all of its rows keeps its centre.
  void moveCentres() {
    std::vector<double> sums(centres_.size());
    std::vector<double> sizes(clusters());
    for (std::size_t i = 0; i < count_; ++i) {
      sizes[nearest_[i]] += 1;
      for (std::size_t j = 0; j < width_; ++j) sums[nearest_[i] * width_ + j] += row(i)[j];
    }
    for (std::size_t c = 0; c < clusters(); ++c) {
      if (sizes[c] == 0) continue;
      for (std::size_t j = 0; j < width_; ++j) {
        centres_[c * width_ + j] = sums[c * width_ + j] / sizes[c];
      }
    }
  }

  std::vector<double> rows_;
  std::size_t width_;
  std::size_t count_;
  std::vector<double> centres_;
  std::vector<std::size_t> nearest_;
  const Context& context_;
};

// Of the ascending `values`, the one closest to `wanted`.
double closest(const std::vector<double>& values, double wanted) {
  const auto above = std::lower_bound(values.begin(), values.end(), wanted);
  if (above == values.begin()) return *above;
  if (above == values.end()) return values.back();
  return wanted - *(above - 1) <= *above - wanted ? *(above - 1) : *above;
}

std::size_t rowCount(std::span<const double> rows, std::size_t width) {
  if (width == 0 || rows.empty()) throw Error(kNoBackground);
  return rows.size() / width;
}

}  // namespace

Background wholeBackground(std::span<const double> rows, std::size_t width) {
  const std::size_t count = rowCount(rows, width);
  return {width,
          {rows.begin(), rows.end()},
          std::vector<double>(count, 1 / static_cast<double>(count))};
}

Background sampledBackground(std::span<const double> rows, std::size_t width, std::size_t limit,
                             const Context& context) {
  const std::size_t count = rowCount(rows, width);
  if (count <= limit) return wholeBackground(rows, width);
  std::vector<double> picked;
  for (const std::size_t i : Random(context.seed).split(kSampleStream).sample(count, limit)) {
    picked.insert(picked.end(), rows.begin() + i * width, rows.begin() + (i + 1) * width);
  }
  return wholeBackground(picked, width);
}

Background clusteredBackground(std::span<const double> rows, std::size_t width, std::size_t limit,
                               const Context& context) {
  const std::size_t count = rowCount(rows, width);
  if (count <= limit) return wholeBackground(rows, width);
  Clustering clustering(standardised(rows, width), width, context);
  clustering.run(limit);
  const std::size_t clusters = clustering.clusters();
  std::vector<double> means(clusters * width), sizes(clusters);
  for (std::size_t i = 0; i < count; ++i) sizes[clustering.nearest()[i]] += 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t c = clustering.nearest()[i];
    for (std::size_t j = 0; j < width; ++j) means[c * width + j] += rows[i * width + j] / sizes[c];
  }
  std::vector<std::vector<double>> values(width);
  for (std::size_t j = 0; j < width; ++j) {
    for (std::size_t i = 0; i < count; ++i) values[j].push_back(rows[i * width + j]);
    std::sort(values[j].begin(), values[j].end());
  }
  Background background{width, {}, {}};
  for (std::size_t c = 0; c < clusters; ++c) {
    if (sizes[c] == 0) continue;
    for (std::size_t j = 0; j < width; ++j) {
      background.rows.push_back(closest(values[j], means[c * width + j]));
    }
    background.weights.push_back(sizes[c] / static_cast<double>(count));
  }
  return background;
}

}  // namespace lineament::explain
