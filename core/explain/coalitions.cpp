// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/coalitions.h"

#include <algorithm>
#include <cmath>

#include "core/base/memory.h"
#include "core/base/parallel.h"

namespace lineament::explain {

namespace {

constexpr ErrorText kNotFinite{"explain.not_finite", "Explain a model",
                               "it predicts {value} where row {row} is mixed with the background",
                               "", "Leave the row out, or check the model for such values"};

constexpr std::size_t kSegmentNumbers = 65536;  // of mixed rows, to stay in a core's cache
constexpr std::size_t kSegmentsAtOnce = 256;    // between two looks at the progress

// Some consecutive coalitions of one game: what one task mixes, predicts and averages.
struct Segment {
  std::size_t game;
  std::size_t first;  // coalition
  std::size_t coalitions;
};

class Match {
 public:
  Match(const Predictor& predictor, const Background& background, std::span<const Game> games,
        const Context& context)
      : predictor_(predictor), background_(background), games_(games), context_(context) {
    std::size_t values = 0, largest = 0;
    for (std::size_t g = 0; g < games.size(); ++g) {
      starts_.push_back(values);
      values += games[g].coalitions->count;
      const std::size_t step = segmentCoalitions(games[g]);
      largest = std::max(largest, step * games[g].background.size());
      for (std::size_t c = 0; c < games[g].coalitions->count; c += step) {
        segments_.push_back({g, c, std::min(step, games[g].coalitions->count - c)});
      }
    }
    starts_.push_back(values);
    const auto threads = static_cast<std::size_t>(hardwareThreads());
    room_ = reserveMemory((threads * largest * (background.width + 1) + values) * sizeof(double) +
                              segments_.size() * sizeof(Segment),
                          "mixing rows with the background");
    values_.resize(values);
    quiet_ = context;
    quiet_.progress = nullptr;  // the predictor may be stopped, but has no progress of its own
  }

  void play(const std::function<void(std::size_t, std::span<const double>)>& finished) {
    for (std::size_t first = 0; first < segments_.size(); first += kSegmentsAtOnce) {
      context_.checkpoint(static_cast<double>(first) / static_cast<double>(segments_.size()));
      const std::size_t count = std::min(kSegmentsAtOnce, segments_.size() - first);
      forBlocks(count, 1, context_, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) play(segments_[first + i]);
      });
    }
    for (std::size_t g = 0; g < games_.size(); ++g) {
      finished(g, {values_.data() + starts_[g], starts_[g + 1] - starts_[g]});
    }
  }

 private:
  std::size_t segmentCoalitions(const Game& game) const {
    const std::size_t rows =
        std::clamp<std::size_t>(kSegmentNumbers / background_.width, 128, 2048);
    return std::max<std::size_t>(1, rows / std::max<std::size_t>(1, game.background.size()));
  }

  void play(const Segment& segment) {
    const std::size_t rows = segment.coalitions * games_[segment.game].background.size();
    std::vector<double> input(rows * background_.width), output(rows);
    mix(segment, input.data());
    predictor_.predict(input, output, quiet_);
    average(segment, output.data());
  }

  void mix(const Segment& segment, double* out) const {
    const Game& game = games_[segment.game];
    const std::size_t width = background_.width;
    std::vector<std::uint32_t> present;
    for (std::size_t c = segment.first; c < segment.first + segment.coalitions; ++c) {
      const std::uint8_t* members = game.coalitions->of(c);
      present.clear();
      for (std::size_t p = 0; p < game.players.size(); ++p) {
        if (members[p]) present.push_back(game.players[p]);
      }
      for (const std::uint32_t k : game.background) {
        std::copy_n(background_.row(k), width, out);
        for (const std::uint32_t j : present) out[j] = game.row[j];
        out += width;
      }
    }
  }

  void average(const Segment& segment, const double* outputs) {
    const Game& game = games_[segment.game];
    for (std::size_t c = segment.first; c < segment.first + segment.coalitions; ++c) {
      double sum = 0;
      for (const std::uint32_t k : game.background) sum += background_.weights[k] * *outputs++;
      if (!std::isfinite(sum)) {
        throw Error(kNotFinite, {{"value", sum}, {"row", game.explained_row + 1}});
      }
      values_[starts_[segment.game] + c] = sum;
    }
  }

  const Predictor& predictor_;
  const Background& background_;
  std::span<const Game> games_;
  const Context& context_;
  Context quiet_;
  MemoryReservation room_;
  std::vector<std::size_t> starts_;  // of each game's values
  std::vector<double> values_;
  std::vector<Segment> segments_;
};

}  // namespace

Coalitions properSubsets(std::size_t players) {
  const std::size_t count = players == 0 ? 0 : (std::size_t{1} << players) - 2;
  Coalitions subsets{players, count, std::vector<std::uint8_t>(count * players)};
  for (std::size_t c = 0; c < count; ++c) {
    for (std::size_t p = 0; p < players; ++p) {
      subsets.members[c * players + p] = ((c + 1) >> p) & 1;
    }
  }
  return subsets;
}

void playGames(const Predictor& predictor, const Background& background,
               std::span<const Game> games, const Context& context,
               const std::function<void(std::size_t, std::span<const double>)>& finished) {
  Match(predictor, background, games, context).play(finished);
}

std::vector<double> predictions(const Predictor& predictor, std::span<const double> rows,
                                const Context& context) {
  std::vector<double> values(rows.size() / predictor.featureCount());
  predictor.predict(rows, values, context);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw Error(kNotFinite, {{"value", values[i]}, {"row", i + 1}});
    }
  }
  return values;
}

std::uint64_t modelRows(std::span<const Game> games) {
  std::uint64_t rows = 0;
  for (const Game& game : games) rows += game.coalitions->count * game.background.size();
  return rows;
}

void inBatches(std::size_t rows, const Context& context,
               const std::function<void(std::size_t)>& add,
               const std::function<void(const Context&)>& play) {
  constexpr std::size_t kBatch = 16;
  const auto share = [&](std::size_t row) {
    return static_cast<double>(row) / static_cast<double>(rows);
  };
  for (std::size_t first = 0; first < rows; first += kBatch) {
    const std::size_t last = std::min(rows, first + kBatch);
    context.checkpoint(share(first), "Explaining rows");
    for (std::size_t row = first; row < last; ++row) add(row);
    play(context.part(share(first), share(last)));
  }
}

}  // namespace lineament::explain
