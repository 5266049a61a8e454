// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/kernel_masks.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_map>

#include "core/base/random.h"

namespace lineament::explain {

namespace {

constexpr std::size_t kCountable = 30;  // players up to which 2^M - 2 caps the budget
constexpr std::uint64_t kMaskStream = 21;

double choose(std::size_t n, std::size_t k) {
  double count = 1;
  for (std::size_t i = 1; i <= k; ++i) {
    count = count * static_cast<double>(n - k + i) / static_cast<double>(i);
  }
  return count;
}

class MaskMaker {
 public:
  MaskMaker(std::size_t players, std::size_t samples, std::uint64_t seed)
      : players_(players), samples_(samples), paired_((players - 1) / 2), seed_(seed) {
    masks_.coalitions.players = players;
    const auto m = static_cast<double>(players);
    for (std::size_t s = 1; s <= players / 2; ++s) {
      const auto size = static_cast<double>(s);
      shares_.push_back((m - 1) / (size * (m - size)) * (s <= paired_ ? 2 : 1));
    }
    const double total = std::accumulate(shares_.begin(), shares_.end(), 0.0);
    for (double& share : shares_) share /= total;
  }

  KernelMasks make() && {
    const std::size_t whole = enumerateSizes();
    masks_.enumerated = masks_.coalitions.count;
    if (whole < shares_.size()) drawRest(whole);
    return std::move(masks_);
  }

 private:
  // A size is taken whole while its coalitions are no more than its share of the budget.
  std::size_t enumerateSizes() {
    double left = static_cast<double>(samples_), remaining = 1;
    for (std::size_t s = 1; s <= shares_.size(); ++s) {
      const bool paired = s <= paired_;
      const double coalitions = choose(players_, s) * (paired ? 2 : 1);
      const double share = shares_[s - 1] / remaining;
      if (left * share / coalitions < 1 - 1e-8) return s - 1;
      left -= coalitions;
      remaining -= shares_[s - 1];
      addSize(s, paired, shares_[s - 1] / coalitions);
    }
    return shares_.size();
  }

  void addSize(std::size_t size, bool paired, double weight) {
    std::vector<std::uint8_t> mask(players_);
    std::fill_n(mask.begin(), size, 1);
    do {
      add(mask, weight);
      if (paired) add(complement(mask), weight);
    } while (std::prev_permutation(mask.begin(), mask.end()));
  }

  void drawRest(std::size_t whole) {
    Random random = Random(seed_).split(kMaskStream).split(players_);
    std::vector<double> chances(shares_.begin() + static_cast<std::ptrdiff_t>(whole),
                                shares_.end());
    const double rest = std::accumulate(chances.begin(), chances.end(), 0.0);
    // A paired size gives two coalitions per draw.
    for (std::size_t i = 0; i < chances.size(); ++i) chances[i] /= whole + i < paired_ ? 2 : 1;
    const std::size_t budget = samples_ - std::min(samples_, masks_.coalitions.count);
    std::size_t left = budget;
    for (std::size_t draw = 0; draw < 4 * budget && left > 0; ++draw) {
      const std::size_t size = whole + 1 + drawn(chances, random);
      const std::vector<std::uint8_t> mask = randomMask(size, random);
      left -= count(mask);
      if (left > 0 && size <= paired_) left -= count(complement(mask));
    }
    const auto first = masks_.weights.begin() + static_cast<std::ptrdiff_t>(masks_.enumerated);
    const double total = std::accumulate(first, masks_.weights.end(), 0.0);
    std::for_each(first, masks_.weights.end(), [&](double& w) { w *= rest / total; });
  }

  static std::size_t drawn(const std::vector<double>& chances, Random& random) {
    double at = random.uniform() * std::accumulate(chances.begin(), chances.end(), 0.0);
    for (std::size_t i = 0; i < chances.size(); ++i) {
      at -= chances[i];
      if (at < 0) return i;
    }
    return chances.size() - 1;
  }

  std::vector<std::uint8_t> randomMask(std::size_t size, Random& random) const {
    std::vector<std::uint8_t> mask(players_);
    for (const std::size_t player : random.sample(players_, size)) mask[player] = 1;
    return mask;
  }

  // Draws again count as weight of the coalition that is there. Says how many were new.
  std::size_t count(const std::vector<std::uint8_t>& mask) {
    const auto [at, fresh] =
        drawn_.try_emplace(std::string(mask.begin(), mask.end()), masks_.coalitions.count);
    if (fresh) {
      add(mask, 1);
      return 1;
    }
    masks_.weights[at->second] += 1;
    return 0;
  }

  static std::vector<std::uint8_t> complement(std::vector<std::uint8_t> mask) {
    for (std::uint8_t& member : mask) member ^= 1;
    return mask;
  }

  void add(const std::vector<std::uint8_t>& mask, double weight) {
    masks_.coalitions.members.insert(masks_.coalitions.members.end(), mask.begin(), mask.end());
    ++masks_.coalitions.count;
    masks_.weights.push_back(weight);
  }

  std::size_t players_, samples_, paired_;
  std::uint64_t seed_;
  std::vector<double> shares_;  // of sizes 1, 2, ...
  std::unordered_map<std::string, std::size_t> drawn_;
  KernelMasks masks_;
};

}  // namespace

std::size_t kernelBudget(std::size_t players, std::size_t wished) {
  const std::size_t budget = wished > 0 ? wished : 2 * players + 2048;
  if (players > kCountable) return budget;
  return std::min(budget, (std::size_t{1} << players) - 2);
}

KernelMasks kernelMasks(std::size_t players, std::size_t samples, std::uint64_t seed) {
  return MaskMaker(players, samples, seed).make();
}

}  // namespace lineament::explain
