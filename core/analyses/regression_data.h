// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/data/model.h"
#include "core/data/table.h"

namespace lineament {

// What a regression is fitted to: the complete rows of a table as numbers.
struct RegressionData {
  std::vector<Feature> features;
  std::string target;
  std::string target_unit;
  std::vector<double> rows;  // row-major, targets.size() x features.size(), all finite
  std::vector<double> targets;
  std::vector<std::size_t> source_rows;  // which rows of the table, ascending

  std::size_t count() const { return targets.size(); }
  std::size_t width() const { return features.size(); }
  // The given rows (indices into this data) alone.
  RegressionData gather(const std::vector<std::size_t>& which) const;
};

// Chooses and checks the columns. `wanted` empty: every other column that can serve, with those
// left out named in the log. Rows in which the target or a feature is missing are left out and
// counted in the log. Throws Error (usage) "table.no_column", "regress.target_is_feature",
// "regress.text_target", "regress.levels"; Error "regress.empty_column",
// "regress.constant_target", "regress.no_features", "regress.not_finite", "regress.few_rows".
RegressionData regressionData(const Table& table, const std::string& target,
                              const std::vector<std::string>& wanted, const Context& context);

// Which rows are held out: `share` of `rows`, drawn from the seed; ascending. Leaves at least two
// rows to fit, and holds out at least one when share > 0 and that many are there.
std::vector<std::size_t> heldOutRows(std::size_t rows, double share, std::uint64_t seed);

}  // namespace lineament
