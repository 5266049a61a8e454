// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/coalitions.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/explain/additive_games.h"

namespace lineament::explain {

namespace {

constexpr ErrorText kNotFinite{"explain.not_finite", "Explain a model",
                               "it predicts {value} where row {row} is mixed with the background",
                               "", "Leave the row out, or check the model for such values"};

constexpr std::size_t kSegmentNumbers = 65536;     // of mixed rows, to stay in a core's cache
constexpr std::size_t kSegmentsAtOnce = 256;       // between two looks at the progress
constexpr std::size_t kAdditiveNumbers = 1 << 20;  // of sums: under 5 ms
constexpr std::size_t kAdditiveCoalitions = 2048;
constexpr std::size_t kAdditiveAtOnce = 32;

// Some consecutive coalitions of one game with some of its background rows: what one task predicts
// and averages.
struct Segment {
  std::size_t game;
  std::size_t first;  // coalition
  std::size_t coalitions;
  std::size_t first_row;  // of the game's background
  std::size_t rows;
  std::size_t values;  // where the task's part of v goes
};

class Match {
 public:
  Match(const Predictor& predictor, const Background& background, std::span<const Game> games,
        const Context& context)
      : predictor_(predictor), background_(background), games_(games), context_(context) {
    if (predictor.additiveStart()) mixer_.emplace(*predictor.additiveStart(), background);
    std::size_t values = 0;
    for (std::size_t g = 0; g < games.size(); ++g) {
      starts_.push_back(segments_.size());
      cut(g, mixer_ && mixer_->takes(games[g]), values);
    }
    starts_.push_back(segments_.size());
    const auto threads = static_cast<std::size_t>(hardwareThreads());
    room_ = reserveMemory(
        (threads * largest_ + values) * sizeof(double) + segments_.size() * sizeof(Segment),
        "mixing rows with the background");
    values_.resize(values);
    quiet_ = context;
    quiet_.progress = nullptr;  // the predictor may be stopped, but has no progress of its own
  }

  void play(const std::function<void(std::size_t, std::span<const double>)>& finished) {
    const std::size_t at_once = mixer_ ? kAdditiveAtOnce : kSegmentsAtOnce;
    for (std::size_t first = 0; first < segments_.size(); first += at_once) {
      context_.checkpoint(static_cast<double>(first) / static_cast<double>(segments_.size()));
      const std::size_t count = std::min(at_once, segments_.size() - first);
      forBlocks(count, 1, context_, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) play(segments_[first + i]);
      });
    }
    for (std::size_t g = 0; g < games_.size(); ++g) finished(g, gather(g));
  }

 private:
  // Where a game is cut depends on its size alone.
  void cut(std::size_t g, bool additive, std::size_t& values) {
    const Game& game = games_[g];
    const std::size_t rows = std::max<std::size_t>(1, game.background.size());
    std::size_t row_step = rows, step = segmentCoalitions(game);
    std::size_t numbers = step * rows * (background_.width + 1);
    if (additive) {
      step = kAdditiveCoalitions;
      row_step = std::clamp<std::size_t>(kAdditiveNumbers / (step * mixer_->width()), 1, 32);
      numbers = kAdditiveNumbers;
    }
    largest_ = std::max(largest_, numbers);
    for (std::size_t c = 0; c < game.coalitions->count; c += step) {
      const std::size_t coalitions = std::min(step, game.coalitions->count - c);
      for (std::size_t row = 0; row < rows; row += row_step) {
        segments_.push_back({g, c, coalitions, row, std::min(row_step, rows - row), values});
        values += coalitions;
      }
    }
    additive_.push_back(additive);
  }

  std::size_t segmentCoalitions(const Game& game) const {
    const std::size_t rows =
        std::clamp<std::size_t>(kSegmentNumbers / background_.width, 128, 2048);
    return std::max<std::size_t>(1, rows / std::max<std::size_t>(1, game.background.size()));
  }

  std::span<const std::uint32_t> rowsOf(const Segment& segment) const {
    return std::span(games_[segment.game].background).subspan(segment.first_row, segment.rows);
  }

  void play(const Segment& segment) {
    if (additive_[segment.game]) return playAdditive(segment);
    const std::size_t rows = segment.coalitions * segment.rows;
    std::vector<double> input(rows * background_.width), output(rows);
    mix(segment, input.data());
    predictor_.predict(input, output, quiet_);
    average(segment, output.data());
  }

  void playAdditive(const Segment& segment) {
    double* const values = values_.data() + segment.values;
    mixer_->predict(games_[segment.game], rowsOf(segment), segment.first, segment.coalitions,
                    [&](std::uint32_t k, std::size_t coalition, std::span<const double> outputs) {
                      double* const part = values + (coalition - segment.first);
                      const double weight = background_.weights[k];
                      for (std::size_t c = 0; c < outputs.size(); ++c)
                        part[c] += weight * outputs[c];
                    });
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
      for (const std::uint32_t k : rowsOf(segment)) {
        std::copy_n(background_.row(k), width, out);
        for (const std::uint32_t j : present) out[j] = game.row[j];
        out += width;
      }
    }
  }

  void average(const Segment& segment, const double* outputs) {
    for (std::size_t c = 0; c < segment.coalitions; ++c) {
      double sum = 0;
      for (const std::uint32_t k : rowsOf(segment)) sum += background_.weights[k] * *outputs++;
      values_[segment.values + c] = sum;
    }
  }

  // A game's v: the parts of its segments, added in their order.
  const std::vector<double>& gather(std::size_t g) {
    const Game& game = games_[g];
    gathered_.assign(game.coalitions->count, 0.0);
    for (std::size_t i = starts_[g]; i < starts_[g + 1]; ++i) {
      const Segment& segment = segments_[i];
      for (std::size_t c = 0; c < segment.coalitions; ++c) {
        gathered_[segment.first + c] += values_[segment.values + c];
      }
    }
    for (const double value : gathered_) {
      if (!std::isfinite(value)) {
        throw Error(kNotFinite, {{"value", value}, {"row", game.explained_row + 1}});
      }
    }
    return gathered_;
  }

  const Predictor& predictor_;
  const Background& background_;
  std::span<const Game> games_;
  const Context& context_;
  Context quiet_;
  MemoryReservation room_;
  std::optional<AdditiveMixer> mixer_;  // where the predictor has an additive start
  std::vector<bool> additive_;          // per game
  std::vector<Segment> segments_;
  std::vector<std::size_t> starts_;  // of each game's segments
  std::size_t largest_ = 0;          // numbers of a task
  std::vector<double> values_;       // of each segment
  std::vector<double> gathered_;
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
