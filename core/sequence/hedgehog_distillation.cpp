// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/hedgehog_distillation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/autodiff/adam.h"
#include "core/base/error.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kDiverged{"sequence.hedgehog.diverged", "Train Hedgehog's maps",
                              "the loss is no number any more", "step {step}",
                              "Take a smaller learning rate or smaller first maps"};

double dot(const double* a, const double* b, std::int64_t width) {
  return std::inner_product(a, a + width, b, 0.0);
}

// One head's scores, teacher and features.
class Head {
 public:
  Head(const DistillationData& data, const HedgehogMaps& maps, std::int64_t head)
      : data_(data),
        head_(head),
        query_map_{maps.form, data.keys, maps.columns,
                   maps.queries.data() + head * data.keys * maps.columns},
        key_map_{maps.form, data.keys, maps.columns,
                 maps.keys.data() + head * data.keys * maps.columns} {
    for (std::int64_t t = 0; t < data.tokens; ++t) {
      queries_.push_back(query_map_(query(t)));
      keys_.push_back(key_map_(key(t)));
    }
  }

  struct Row {
    std::vector<double> scores;   // q . k / sqrt(Dk)
    std::vector<double> teacher;  // A
    std::vector<double> weights;  // a, not normalised
    double sum = 0;               // of a
    std::vector<double> student() const {
      std::vector<double> shares(weights);
      for (double& share : shares) share /= sum;
      return shares;
    }
  };

  Row row(std::int64_t t) const {
    Row row;
    const double scale = 1 / std::sqrt(static_cast<double>(data_.keys));
    for (std::int64_t j = 0; j <= t; ++j) {
      row.scores.push_back(scale * dot(query(t), key(j), data_.keys));
      row.weights.push_back(std::inner_product(queries_[index(t)].begin(), queries_[index(t)].end(),
                                               keys_[index(j)].begin(), 0.0));
      row.sum += row.weights.back();
    }
    const double highest = *std::max_element(row.scores.begin(), row.scores.end());
    double sum = 0;
    for (const double score : row.scores) {
      row.teacher.push_back(std::exp(score - highest));
      sum += row.teacher.back();
    }
    for (double& share : row.teacher) share /= sum;
    return row;
  }

  // Adds the gradient of `factor` times the head's cross entropies: dL/da_j = 1 / sum - A_j / a_j.
  void pull(double factor, double* query_gradient, double* key_gradient) const {
    const std::size_t width = queries_.empty() ? 0 : queries_.front().size();
    std::vector<std::vector<double>> key_slopes(keys_.size(), std::vector<double>(width));
    for (std::int64_t t = 0; t < data_.tokens; ++t) {
      const Row row = this->row(t);
      std::vector<double> slopes(width);
      for (std::size_t j = 0; j < row.weights.size(); ++j) {
        const double along = factor * (1 / row.sum - row.teacher[j] / row.weights[j]);
        for (std::size_t f = 0; f < width; ++f) {
          slopes[f] += along * keys_[j][f];
          key_slopes[j][f] += along * queries_[index(t)][f];
        }
      }
      query_map_.pull(query(t), slopes.data(), nullptr, query_gradient);
    }
    for (std::int64_t t = 0; t < data_.tokens; ++t) {
      key_map_.pull(key(t), key_slopes[index(t)].data(), nullptr, key_gradient);
    }
  }

 private:
  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }
  const double* query(std::int64_t t) const {
    return data_.queries.data() + (t * data_.heads + head_) * data_.keys;
  }
  const double* key(std::int64_t t) const {
    return data_.keys_data.data() + (t * data_.heads + head_) * data_.keys;
  }

  const DistillationData& data_;
  std::int64_t head_;
  HedgehogMap query_map_, key_map_;
  std::vector<std::vector<double>> queries_, keys_;  // features
};

double crossEntropy(std::span<const double> teacher, std::span<const double> student) {
  double sum = 0;
  for (std::size_t j = 0; j < teacher.size(); ++j) {
    if (teacher[j] > 0) sum -= teacher[j] * std::log(std::max(student[j], kHedgehogLeast));
  }
  return sum;
}

std::vector<std::size_t> orderOf(std::span<const double> numbers) {
  std::vector<std::size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return numbers[a] < numbers[b]; });
  return order;
}

std::vector<double> ranksOf(std::span<const double> numbers) {
  const std::vector<std::size_t> order = orderOf(numbers);
  std::vector<double> ranks(numbers.size());
  for (std::size_t from = 0; from < order.size();) {
    std::size_t to = from;
    while (to < order.size() && numbers[order[to]] == numbers[order[from]]) ++to;
    for (std::size_t i = from; i < to; ++i) {
      ranks[order[i]] = static_cast<double>(from + to - 1) / 2;
    }
    from = to;
  }
  return ranks;
}

}  // namespace

DistillationLoss distillationLoss(const DistillationData& data, const HedgehogMaps& maps,
                                  HedgehogMaps* gradient) {
  DistillationLoss loss;
  const double factor = 1 / static_cast<double>(data.tokens * data.heads);
  if (gradient) {
    *gradient = {maps.form, maps.columns, std::vector<double>(maps.queries.size()),
                 std::vector<double>(maps.keys.size())};
  }
  for (std::int64_t h = 0; h < data.heads; ++h) {
    const Head head(data, maps, h);
    for (std::int64_t t = 0; t < data.tokens; ++t) {
      const Head::Row row = head.row(t);
      loss.cross_entropy += factor * crossEntropy(row.teacher, row.student());
      loss.teacher_entropy += factor * entropyOf(row.teacher);
    }
    const std::int64_t offset = h * data.keys * maps.columns;
    if (gradient)
      head.pull(factor, gradient->queries.data() + offset, gradient->keys.data() + offset);
  }
  return loss;
}

std::vector<double> distil(const DistillationData& data, HedgehogMaps& maps,
                           const DistillationSettings& settings, const Context& context) {
  autodiff::Parameters<double> parameters;
  const auto addMap = [&](const char* name, const std::vector<double>& values) {
    const std::size_t at = parameters.add(name, autodiff::Shape{values.size()});
    std::copy(values.begin(), values.end(), parameters.values(at).begin());
    return at;
  };
  const std::size_t queries = addMap("wq", maps.queries), keys = addMap("wk", maps.keys);
  autodiff::Adam<double> adam(parameters, {.learning_rate = settings.learning_rate});
  std::vector<double> divergences;
  for (int step = 0; step < settings.steps; ++step) {
    context.checkpoint(static_cast<double>(step) / settings.steps, "Training the maps");
    HedgehogMaps gradient;
    divergences.push_back(distillationLoss(data, maps, &gradient).divergence());
    if (!std::isfinite(divergences.back())) throw Error(kDiverged, {{"step", step}});
    std::copy(gradient.queries.begin(), gradient.queries.end(),
              parameters.gradients(queries).begin());
    std::copy(gradient.keys.begin(), gradient.keys.end(), parameters.gradients(keys).begin());
    adam.step();
    maps.queries.assign(parameters.values(queries).begin(), parameters.values(queries).end());
    maps.keys.assign(parameters.values(keys).begin(), parameters.values(keys).end());
  }
  divergences.push_back(distillationLoss(data, maps, nullptr).divergence());
  return divergences;
}

Mimicry mimicry(const DistillationData& data, const HedgehogMaps& maps) {
  Mimicry mean;
  const double factor = 1 / static_cast<double>(data.heads * (data.tokens - 1));
  for (std::int64_t h = 0; h < data.heads; ++h) {
    const Head head(data, maps, h);
    for (std::int64_t t = 1; t < data.tokens; ++t) {
      const Head::Row row = head.row(t);
      const std::vector<double> student = row.student();
      const double most = std::log(static_cast<double>(t + 1));
      const double teacher_entropy = entropyOf(row.teacher);
      mean.teacher_entropy += factor * teacher_entropy / most;
      mean.student_entropy += factor * entropyOf(student) / most;
      mean.divergence += factor * (crossEntropy(row.teacher, student) - teacher_entropy);
      mean.rank_correlation += factor * rankCorrelation(row.scores, student);
      mean.monotone_share += factor * monotoneShare(row.scores, student);
    }
  }
  return mean;
}

double entropyOf(std::span<const double> weights) {
  double sum = 0;
  for (const double weight : weights) {
    if (weight > 0) sum -= weight * std::log(weight);
  }
  return sum;
}

double rankCorrelation(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> left = ranksOf(a), right = ranksOf(b);
  const double mean = (static_cast<double>(a.size()) - 1) / 2;
  double both = 0, lefts = 0, rights = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    both += (left[i] - mean) * (right[i] - mean);
    lefts += (left[i] - mean) * (left[i] - mean);
    rights += (right[i] - mean) * (right[i] - mean);
  }
  return lefts > 0 && rights > 0 ? both / std::sqrt(lefts * rights) : 0;
}

double monotoneShare(std::span<const double> scores, std::span<const double> weights) {
  const std::vector<std::size_t> order = orderOf(scores);
  std::size_t rising = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (weights[order[i]] >= weights[order[i - 1]]) ++rising;
  }
  return order.size() < 2 ? 1 : static_cast<double>(rising) / static_cast<double>(order.size() - 1);
}

}  // namespace lineament::sequence
