// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/exact_shap.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>

#include "core/explain/coalitions.h"

namespace lineament::explain {

namespace {

constexpr ErrorText kTooMany{"explain.too_many_features", "Enumerate all coalitions of features",
                             "row {row} differs from the background in {found} features, at most "
                             "{limit} can be enumerated",
                             "", "Choose the kernel method, or explain a model of fewer features"};

// The features in which two rows differ.
std::vector<std::uint32_t> differences(const double* a, const double* b, std::size_t width) {
  std::vector<std::uint32_t> features;
  for (std::size_t j = 0; j < width; ++j) {
    const bool same = a[j] == b[j] || (std::isnan(a[j]) && std::isnan(b[j]));
    if (!same) features.push_back(static_cast<std::uint32_t>(j));
  }
  return features;
}

class ExactShap {
 public:
  ExactShap(const Predictor& predictor, const Background& background, std::span<const double> rows,
            const Context& context)
      : predictor_(predictor),
        background_(background),
        rows_(rows),
        context_(context),
        width_(background.width) {
    of_rows_ = predictions(predictor, rows, context);
    of_background_ = predictions(predictor, background.rows, context);
    result_.values.assign(rows.size(), 0.0);
    result_.base_value = weightedMean(background, of_background_);
    result_.model_rows = of_rows_.size() + of_background_.size();
  }

  Attributions run() && {
    inBatches(
        of_rows_.size(), context_, [this](std::size_t row) { addGames(row); },
        [this](const Context& part) {
          result_.model_rows += modelRows(games_);
          playGames(
              predictor_, background_, games_, part,
              [this](std::size_t game, std::span<const double> values) { settle(game, values); });
          games_.clear();
        });
    return std::move(result_);
  }

 private:
  // One game per set of differing features, played by the background rows that share it.
  void addGames(std::size_t row) {
    const double* x = rows_.data() + row * width_;
    std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>> groups;
    for (std::size_t k = 0; k < background_.count(); ++k) {
      groups[differences(x, background_.row(k), width_)].push_back(static_cast<std::uint32_t>(k));
    }
    for (auto& [players, members] : groups) {
      if (players.size() > kExactPlayers) {
        throw Error::usage(kTooMany,
                           {{"row", row + 1}, {"found", players.size()}, {"limit", kExactPlayers}});
      }
      if (players.empty()) continue;
      games_.push_back({x, players, std::move(members), subsetsOf(players.size()), row});
    }
  }

  std::shared_ptr<const Coalitions> subsetsOf(std::size_t players) {
    auto& subsets = subsets_[players];
    if (!subsets) subsets = std::make_shared<const Coalitions>(properSubsets(players));
    return subsets;
  }

  // Adds the Shapley values of a finished game to its row.
  void settle(std::size_t index, std::span<const double> proper) {
    const Game& game = games_[index];
    double none = 0, weight = 0;
    for (const std::uint32_t k : game.background) {
      none += background_.weights[k] * of_background_[k];
      weight += background_.weights[k];
    }
    subset_values_.assign(1, none);
    subset_values_.insert(subset_values_.end(), proper.begin(), proper.end());
    subset_values_.push_back(weight * of_rows_[game.explained_row]);
    const std::vector<double> values = shapleyValues(subset_values_, game.players.size());
    double* out = result_.values.data() + game.explained_row * width_;
    for (std::size_t p = 0; p < values.size(); ++p) out[game.players[p]] += values[p];
  }

  const Predictor& predictor_;
  const Background& background_;
  std::span<const double> rows_;
  const Context& context_;
  std::size_t width_;
  std::vector<double> of_rows_, of_background_, subset_values_;
  std::vector<Game> games_;
  std::array<std::shared_ptr<const Coalitions>, kExactPlayers + 1> subsets_;
  Attributions result_;
};

}  // namespace

std::vector<double> shapleyValues(std::span<const double> subsets, std::size_t players) {
  const std::size_t full = subsets.size() - 1;
  // weight[s] = 1 / (M C(M - 1, s)) of a coalition of size s that a player joins.
  std::vector<double> weight(players + 1, 0.0);
  if (players > 0) weight[0] = 1 / static_cast<double>(players);
  for (std::size_t s = 1; s < players; ++s) {
    weight[s] = weight[s - 1] * static_cast<double>(s) / static_cast<double>(players - s);
  }
  // A member of S gains by weight[|S| - 1] v(S), everybody else loses weight[|S|] v(S); with the
  // loss taken from all, a member gets both back. Values count from v of the empty set.
  std::vector<double> values(players, 0.0);
  double lost = 0;
  for (std::size_t s = 1; s <= full; ++s) {
    const auto size = static_cast<std::size_t>(std::popcount(s));
    const double v = subsets[s] - subsets[0];
    lost += weight[size] * v;
    const double gained = (weight[size - 1] + weight[size]) * v;
    for (std::size_t rest = s; rest != 0; rest &= rest - 1) {
      values[static_cast<std::size_t>(std::countr_zero(rest))] += gained;
    }
  }
  for (double& value : values) value -= lost;
  return values;
}

Attributions exactShap(const Predictor& predictor, const Background& background,
                       std::span<const double> rows, const Context& context) {
  checkShapes(predictor, background, rows);
  return ExactShap(predictor, background, rows, context).run();
}

}  // namespace lineament::explain
