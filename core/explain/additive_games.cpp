// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/additive_games.h"

#include <algorithm>
#include <cmath>

namespace lineament::explain {

namespace {

constexpr std::size_t kTileNumbers = 8192;  // of sums that are made and used up in the cache

bool allFinite(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

}  // namespace

AdditiveMixer::AdditiveMixer(const AdditiveStart& start, const Background& background)
    : start_(start), background_(background) {
  for (std::size_t k = 0; k < background.count(); ++k) {
    finite_.push_back(allFinite(parts(background.row(k))));
  }
}

std::vector<double> AdditiveMixer::parts(const double* row) const {
  std::vector<double> numbers(background_.width * width());
  for (std::size_t j = 0; j < background_.width; ++j) {
    start_.part(j, row[j], std::span(numbers).subspan(j * width(), width()));
  }
  return numbers;
}

bool AdditiveMixer::takes(const Game& game) {
  const bool finite = std::all_of(game.background.begin(), game.background.end(),
                                  [this](std::uint32_t k) { return finite_[k]; });
  if (!finite || !allFinite(parts(game.row))) return false;
  const Coalitions* coalitions = game.coalitions.get();
  if (!codes_.contains(coalitions))
    codes_.emplace(coalitions, CoalitionCodes(*coalitions, width()));
  return true;
}

void AdditiveMixer::predict(const Game& game, std::span<const std::uint32_t> rows,
                            std::size_t first, std::size_t count, const Use& use) const {
  const std::size_t tile = std::clamp<std::size_t>(kTileNumbers / width(), 16, 512);
  std::vector<double> sums(tile * width() + kSumsPadding), outputs(tile), base(width());
  std::vector<double> gains(game.players.size() * width());
  AdditiveSums adder(codes_.at(game.coalitions.get()), width());
  const std::vector<double> present = parts(game.row);
  for (const std::uint32_t k : rows) {
    const std::vector<double> absent = parts(background_.row(k));
    start_.constant(base);
    for (std::size_t i = 0; i < absent.size(); ++i) base[i % width()] += absent[i];
    for (std::size_t i = 0; i < gains.size(); ++i) {
      const std::size_t part = game.players[i / width()] * width() + i % width();
      gains[i] = present[part] - absent[part];
    }
    adder.prepare(base, gains);
    for (std::size_t c = first; c < first + count; c += tile) {
      const std::size_t step = std::min(tile, first + count - c);
      adder.add(c, step, sums.data());
      start_.rest(std::span(sums).first(step * width()), std::span(outputs).first(step));
      use(k, c, std::span<const double>(outputs).first(step));
    }
  }
}

}  // namespace lineament::explain
