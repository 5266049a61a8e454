// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/recall_tasks.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/error.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kKeys{"sequence.task.setting", "Make the task of associative recall",
                          "{pairs} pairs need as many different keys, a vocabulary of {vocabulary} "
                          "has {keys}",
                          "", "Choose fewer pairs or a larger vocabulary"};
constexpr ErrorText kCopied{"sequence.task.setting", "Make the task of selective copying",
                            "{copied} tokens of {vocabulary} kinds are to be copied", "",
                            "Choose at least 1 token of at least 2 kinds"};

constexpr double kGapPower = 0.01;  // of the published task

// `count` different numbers below weights.size(), each drawn in proportion to its weight among
// those that are left.
std::vector<std::size_t> drawWeighted(std::vector<double> weights, std::size_t count,
                                      Random& random) {
  std::vector<std::size_t> drawn;
  double total = 0;
  for (const double weight : weights) total += weight;
  while (drawn.size() < count) {
    double left = random.uniform() * total;
    std::size_t choice = weights.size();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] == 0) continue;
      choice = i;  // the last one that is left takes what rounding leaves
      if ((left -= weights[i]) < 0) break;
    }
    drawn.push_back(choice);
    total -= weights[choice];
    weights[choice] = 0;
  }
  return drawn;
}

class Recall : public SequenceTask {
 public:
  Recall(std::int64_t pairs, std::int64_t vocabulary) : pairs_(pairs), vocabulary_(vocabulary) {}

  std::int64_t vocabulary() const override { return vocabulary_; }
  std::int64_t outputs() const override { return vocabulary_; }
  double chance() const override { return 1.0 / static_cast<double>(vocabulary_ - half()); }
  std::int64_t shortest() const override { return 4 * pairs_; }

  void draw(Random& random, std::int64_t length, std::int64_t place,
            SequenceBatch& batch) const override {
    const auto count = static_cast<std::size_t>(pairs_);
    const auto first = static_cast<std::size_t>(place * length);
    const auto end = first + static_cast<std::size_t>(length);
    for (std::size_t i = first + 2 * count; i < end; ++i) {
      batch.tokens[i] = static_cast<std::int32_t>(random.below(std::uint64_t(vocabulary_)));
    }
    std::vector<std::size_t> keys = random.sample(static_cast<std::size_t>(half() - 1), count);
    random.shuffle(std::span(keys));
    const auto gaps = drawWeighted(gapWeights(length), count, random);
    for (std::size_t i = 0; i < count; ++i) {
      const auto key = static_cast<std::int32_t>(keys[i] + 1);
      const auto value = static_cast<std::int32_t>(
          half() + static_cast<std::int64_t>(random.below(std::uint64_t(vocabulary_ - half()))));
      batch.tokens[first + 2 * i] = key;
      batch.tokens[first + 2 * i + 1] = value;
      const std::size_t query = first + 2 * count + 2 * gaps[i];
      batch.tokens[query] = key;
      batch.targets[query] = value;
      batch.scored[query] = 1;
    }
  }

 private:
  std::int64_t half() const { return vocabulary_ / 2; }

  std::vector<double> gapWeights(std::int64_t length) const {
    std::vector<double> weights(static_cast<std::size_t>((length - 2 * pairs_) / 2));
    for (std::size_t g = 0; g < weights.size(); ++g) {
      weights[g] = std::pow(static_cast<double>(g + 1), kGapPower - 1);
    }
    return weights;
  }

  std::int64_t pairs_, vocabulary_;
};

class SelectiveCopying : public SequenceTask {
 public:
  SelectiveCopying(std::int64_t copied, std::int64_t kinds) : copied_(copied), kinds_(kinds) {}

  std::int64_t vocabulary() const override { return kinds_ + 2; }
  std::int64_t outputs() const override { return kinds_; }
  double chance() const override { return 1.0 / static_cast<double>(kinds_); }
  std::int64_t shortest() const override { return 2 * copied_; }

  void draw(Random& random, std::int64_t length, std::int64_t place,
            SequenceBatch& batch) const override {
    const auto count = static_cast<std::size_t>(copied_);
    const auto first = static_cast<std::size_t>(place * length);
    const std::size_t answers = static_cast<std::size_t>(length) - count;
    for (std::size_t i = 0; i < static_cast<std::size_t>(length); ++i) {
      batch.tokens[first + i] = static_cast<std::int32_t>(i < answers ? kinds_ : kinds_ + 1);
    }
    const std::vector<std::size_t> places = random.sample(answers, count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto token = static_cast<std::int32_t>(random.below(std::uint64_t(kinds_)));
      batch.tokens[first + places[i]] = token;
      batch.targets[first + answers + i] = token;
      batch.scored[first + answers + i] = 1;
    }
  }

 private:
  std::int64_t copied_, kinds_;
};

}  // namespace

std::unique_ptr<SequenceTask> recallTask(std::int64_t pairs, std::int64_t vocabulary) {
  const std::int64_t keys = vocabulary / 2 - 1;
  if (pairs < 1 || keys < pairs) {
    throw Error::usage(
        kKeys,
        {{"pairs", pairs}, {"vocabulary", vocabulary}, {"keys", std::max<std::int64_t>(0, keys)}});
  }
  return std::make_unique<Recall>(pairs, vocabulary);
}

std::unique_ptr<SequenceTask> selectiveCopyingTask(std::int64_t copied, std::int64_t vocabulary) {
  if (copied < 1 || vocabulary < 2) {
    throw Error::usage(kCopied, {{"copied", copied}, {"vocabulary", vocabulary}});
  }
  return std::make_unique<SelectiveCopying>(copied, vocabulary);
}

}  // namespace lineament::nets
