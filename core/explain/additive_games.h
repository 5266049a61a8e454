// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "core/data/query.h"
#include "core/explain/additive_sums.h"
#include "core/explain/coalitions.h"

namespace lineament::explain {

// Predicts rows mixed from an explained and a background row, for a predictor that starts by adding
// parts of single features: the sums of a mixed row are those of the background row and, for each
// member of the coalition, the difference of two parts. A mixed row then takes a few additions and
// the rest of the model in place of all of it. The values are those of the whole model but for
// rounding.
class AdditiveMixer {
 public:
  AdditiveMixer(const AdditiveStart& start, const Background& background);

  // Whether all of the game's rows have parts that are finite; such a game may be played.
  bool takes(const Game& game);

  // For each of `rows` of the background calls use(k, outputs) with f of row k mixed with the
  // coalitions [first, first + count). Several threads may call it at once.
  using Use = std::function<void(std::uint32_t k, std::size_t coalition, std::span<const double>)>;
  void predict(const Game& game, std::span<const std::uint32_t> rows, std::size_t first,
               std::size_t count, const Use& use) const;

  std::size_t width() const { return start_.width(); }

 private:
  std::vector<double> parts(const double* row) const;  // features x width

  const AdditiveStart& start_;
  const Background& background_;
  std::vector<bool> finite_;  // per row of the background
  std::map<const Coalitions*, CoalitionCodes> codes_;
};

}  // namespace lineament::explain
