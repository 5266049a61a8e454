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

constexpr std::size_t kBatchRows = 32768;   // model rows per call of the predictor
constexpr std::size_t kSegmentRows = 1024;  // model rows that one task makes

// Some consecutive coalitions of one game: what one task fills and averages.
struct Segment {
  std::size_t game;
  std::size_t first;  // coalition
  std::size_t coalitions;
  std::size_t offset;  // of its first model row in the batch
};

class Batches {
 public:
  Batches(const Predictor& predictor, const Background& background, std::span<const Game> games,
          const Context& context)
      : predictor_(predictor), background_(background), games_(games), context_(context) {
    std::size_t values = 0, largest = 0;
    for (const Game& game : games) {
      starts_.push_back(values);
      values += game.coalitions->count;
      largest = std::max(largest, segmentRows(game));
    }
    starts_.push_back(values);
    const std::size_t rows = std::max(kBatchRows, largest) + largest;
    room_ = reserveMemory((rows * (background.width + 1) + values) * sizeof(double),
                          "mixing rows with the background");
    values_.resize(values);
    input_.reserve(rows * background.width);
  }

  void play(const std::function<void(std::size_t, std::span<const double>)>& finished) {
    std::size_t done = 0;  // games handed over
    for (std::size_t game = 0, coalition = 0; game < games_.size();) {
      context_.checkpoint(static_cast<double>(game) / static_cast<double>(games_.size()));
      gather(game, coalition);
      evaluate();
      for (; done < game; ++done) {
        finished(done, {values_.data() + starts_[done], starts_[done + 1] - starts_[done]});
      }
    }
  }

 private:
  static std::size_t segmentCoalitions(const Game& game) {
    return std::max<std::size_t>(1,
                                 kSegmentRows / std::max<std::size_t>(1, game.background.size()));
  }
  static std::size_t segmentRows(const Game& game) {
    return segmentCoalitions(game) * game.background.size();
  }

  // Takes segments from (game, coalition) on until the batch is full, and moves the two on.
  void gather(std::size_t& game, std::size_t& coalition) {
    segments_.clear();
    batch_rows_ = 0;
    while (game < games_.size() && batch_rows_ < kBatchRows) {
      const Game& now = games_[game];
      if (coalition == now.coalitions->count) {
        ++game;
        coalition = 0;
        continue;
      }
      const std::size_t count = std::min(segmentCoalitions(now), now.coalitions->count - coalition);
      segments_.push_back({game, coalition, count, batch_rows_});
      coalition += count;
      batch_rows_ += count * now.background.size();
    }
    while (game < games_.size() && coalition == games_[game].coalitions->count) {
      ++game;
      coalition = 0;
    }
  }

  void evaluate() {
    if (segments_.empty()) return;
    const std::size_t width = background_.width;
    input_.resize(batch_rows_ * width);
    output_.resize(batch_rows_);
    forBlocks(segments_.size(), 1, context_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) fill(segments_[i]);
    });
    predictor_.predict(input_, output_, quiet());
    forBlocks(segments_.size(), 1, context_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) average(segments_[i]);
    });
  }

  // The predictor may be stopped, but its progress is not that of the whole.
  Context quiet() const {
    Context inner = context_;
    inner.progress = nullptr;
    return inner;
  }

  void fill(const Segment& segment) {
    const Game& game = games_[segment.game];
    const std::size_t width = background_.width;
    double* out = input_.data() + segment.offset * width;
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

  void average(const Segment& segment) {
    const Game& game = games_[segment.game];
    const double* from = output_.data() + segment.offset;
    for (std::size_t c = segment.first; c < segment.first + segment.coalitions; ++c) {
      double sum = 0;
      for (const std::uint32_t k : game.background) sum += background_.weights[k] * *from++;
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
  MemoryReservation room_;
  std::vector<std::size_t> starts_;  // of each game's values
  std::vector<double> values_, input_, output_;
  std::vector<Segment> segments_;
  std::size_t batch_rows_ = 0;
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
  Batches(predictor, background, games, context).play(finished);
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

}  // namespace lineament::explain
