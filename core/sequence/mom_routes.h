// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace lineament::sequence {

// Which memories of a mixture the tokens of a stretch go to: the top_k most probable ones, of equal
// ones the lower index, with their probabilities scaled to the sum 1 (0 where all are 0). The
// tokens of each memory are listed in their order: a counting sort, which is stable.
class MomRoutes {
 public:
  struct Choice {
    std::int64_t memory = 0;
    double weight = 0;
  };

  MomRoutes(std::int64_t memories, std::int64_t top_k) : memories_(memories), top_k_(top_k) {}

  // For tokens [first, first + count); probability(token, memory) is not negative.
  template <class Probability>
  void route(std::int64_t first, std::int64_t count, Probability probability) {
    first_ = first;
    choices_.resize(static_cast<std::size_t>(count * top_k_));
    sums_.resize(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) choose(i, probability);
    sort();
  }

  // Of token `token`, the most probable memory first.
  std::span<const Choice> choicesOf(std::int64_t token) const {
    return {choices_.data() + (token - first_) * top_k_, static_cast<std::size_t>(top_k_)};
  }
  // The sum of the chosen probabilities of a token.
  double sumOf(std::int64_t token) const { return sums_[static_cast<std::size_t>(token - first_)]; }

  // The tokens of a memory and their weights; `slots` are their places among the choices of all
  // tokens of the stretch, token by token.
  struct Listing {
    std::span<const std::int64_t> tokens, slots;
    std::span<const float> weights;
    std::int64_t first = 0;  // place of the list among those of all memories, one after the other
  };
  Listing of(std::int64_t memory) const {
    const std::size_t begin = starts_[static_cast<std::size_t>(memory)];
    const std::size_t count = starts_[static_cast<std::size_t>(memory) + 1] - begin;
    return {std::span(tokens_).subspan(begin, count), std::span(slots_).subspan(begin, count),
            std::span(weights_).subspan(begin, count), static_cast<std::int64_t>(begin)};
  }

 private:
  template <class Probability>
  void choose(std::int64_t i, Probability probability) {
    Choice* chosen = choices_.data() + i * top_k_;
    double sum = 0;
    for (std::int64_t slot = 0; slot < top_k_; ++slot) {
      Choice best{.memory = -1};
      for (std::int64_t m = 0; m < memories_; ++m) {
        const bool taken =
            std::any_of(chosen, chosen + slot, [m](const Choice& one) { return one.memory == m; });
        const double p = taken ? 0 : probability(first_ + i, m);
        if (!taken && (best.memory < 0 || p > best.weight)) best = {m, p};
      }
      chosen[slot] = best;
      sum += best.weight;
    }
    for (std::int64_t slot = 0; sum > 0 && slot < top_k_; ++slot) chosen[slot].weight /= sum;
    sums_[static_cast<std::size_t>(i)] = sum;
  }

  void sort() {
    starts_.assign(static_cast<std::size_t>(memories_) + 1, 0);
    for (const Choice& one : choices_) ++starts_[static_cast<std::size_t>(one.memory) + 1];
    for (std::size_t m = 0; m + 1 < starts_.size(); ++m) starts_[m + 1] += starts_[m];
    next_.assign(starts_.begin(), starts_.end());
    tokens_.resize(choices_.size());
    slots_.resize(choices_.size());
    weights_.resize(choices_.size());
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      const std::size_t to = next_[static_cast<std::size_t>(choices_[i].memory)]++;
      tokens_[to] = first_ + static_cast<std::int64_t>(i) / top_k_;
      slots_[to] = static_cast<std::int64_t>(i);
      weights_[to] = static_cast<float>(choices_[i].weight);
    }
  }

  std::int64_t memories_, top_k_, first_ = 0;
  std::vector<Choice> choices_;
  std::vector<double> sums_;
  std::vector<std::size_t> starts_, next_;
  std::vector<std::int64_t> tokens_, slots_;
  std::vector<float> weights_;
};

}  // namespace lineament::sequence
