// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/data/query.h"
#include "core/explain/background.h"

namespace lineament::explain {

// Sets of players: member(c, p) says whether player p is in coalition c.
struct Coalitions {
  std::size_t players = 0;
  std::size_t count = 0;
  std::vector<std::uint8_t> members;  // count x players, 0 or 1

  const std::uint8_t* of(std::size_t coalition) const {
    return members.data() + coalition * players;
  }
};

// Every set except the empty and the full one, in the order of their binary numbers (player 0 is
// the lowest bit), from 1 to 2^players - 2. players <= 24.
Coalitions properSubsets(std::size_t players);

// The cooperative game of one explained row against some rows of the background:
//   v(S) = sum over k of w_k f(x in S, background row k elsewhere).
// Features that do not play keep the background's value.
struct Game {
  const double* row = nullptr;            // x, all features
  std::vector<std::uint32_t> players;     // features, ascending
  std::vector<std::uint32_t> background;  // rows of the background that take part
  std::shared_ptr<const Coalitions> coalitions;
  std::size_t explained_row = 0;  // for messages
};

// Plays all games and hands each one's v, in the order of its coalitions, to `finished`. Mixed rows
// are made, predicted and averaged a cache's worth at a time by parallel tasks (the predictor is
// called from several threads), so that memory stays bounded; the bytes depend neither on threads
// nor on which games are played together. Where the predictor has an additive start, rows are mixed
// behind it (AdditiveMixer).
// Throws Error "explain.not_finite" when the model gives no finite number.
void playGames(
    const Predictor& predictor, const Background& background, std::span<const Game> games,
    const Context& context,
    const std::function<void(std::size_t game, std::span<const double> values)>& finished);

// f of the rows themselves (row-major); the same Error.
std::vector<double> predictions(const Predictor& predictor, std::span<const double> rows,
                                const Context& context);

// Model rows that the games take.
std::uint64_t modelRows(std::span<const Game> games);

// Explained rows go through in batches of 16, whose games are held together: add(row) for each row
// of a batch, then play(context) with the batch's part of the progress.
void inBatches(std::size_t rows, const Context& context,
               const std::function<void(std::size_t row)>& add,
               const std::function<void(const Context& part)>& play);

}  // namespace lineament::explain
