// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/explain/attributions.h"

namespace lineament::explain {

// The most features in which a row may differ from a background row for exactShap: 2^16 - 2
// coalitions each.
inline constexpr std::size_t kExactPlayers = 16;

// Shapley values by enumerating all coalitions,
//   phi_i = sum over S without i of [v(S + i) - v(S)] / (M C(M - 1, |S|)),
// of the game that playGames defines (Shapley, 1953, "A value for n-person games"; Lundberg and
// Lee, 2017, "A unified approach to interpreting model predictions"). The value is linear in the
// game, so each background row is its own game among only those features in which it differs from
// the explained row: where columns repeat their values, that is far fewer model rows than
// 2^M times the background, and the answer is the same. `rows` is row-major, finite or NaN.
// Throws Error (usage) "explain.too_many_features" and what checkShapes and playGames throw.
Attributions exactShap(const Predictor& predictor, const Background& background,
                       std::span<const double> rows, const Context& context);

// Shapley values of one game given as v of all 2^players subsets in the order of their binary
// numbers, the empty set first.
std::vector<double> shapleyValues(std::span<const double> subsets, std::size_t players);

}  // namespace lineament::explain
