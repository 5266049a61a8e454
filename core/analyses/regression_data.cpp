// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/regression_data.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/data/data.h"

namespace lineament {

namespace {

constexpr ErrorText kTargetIsFeature{
    "regress.target_is_feature", "Fit '{name}' from its features",
    "the target is also among the features, which would explain it by itself", "",
    "Take '{name}' out of the features, or choose another target"};
constexpr ErrorText kTextTarget{"regress.text_target", "Fit the column '{name}'",
                                "a target has to be numeric, this column holds text", "{where}",
                                "Choose a numeric column as the target"};
constexpr ErrorText kEmptyColumn{"regress.empty_column", "Use the column '{name}'",
                                 "all of its values are missing", "",
                                 "Leave the column out, or correct the table"};
constexpr ErrorText kConstantTarget{"regress.constant_target", "Fit the column '{name}'",
                                    "it is {value} in every row, so there is nothing to explain",
                                    "", "Choose another target"};
constexpr ErrorText kNoFeatures{"regress.no_features", "Fit '{name}'",
                                "no column is left that could explain it", "",
                                "Use a table with further numeric or text columns that vary"};
constexpr ErrorText kLevels{"regress.levels", "Use the text column '{name}' as a feature",
                            "it has {levels} different values, at most {limit} are possible", "",
                            "Leave the column out, or group its values"};
constexpr ErrorText kNotFinite{"regress.not_finite", "Use the column '{name}'",
                               "a value is infinite", "row {row}",
                               "Correct the value, or clear it so that the row is left out"};
constexpr ErrorText kFewRows{"regress.few_rows", "Fit '{name}'",
                             "complete rows there: {rows}, needed at least: {least}", "{where}",
                             "Use a longer table, or leave out columns with missing values"};

constexpr std::size_t kLevelsByDefault = 64;  // a text column with more is taken for a label
constexpr std::size_t kLevelsAtMost = 1000;
constexpr std::size_t kLeastRows = 3;
constexpr std::uint64_t kHeldOutStream = 1;

// A missing value and one that is not a number are the same to a fit.
bool lacks(const Column& column, std::size_t row) {
  return column.missing(row) ||
         (column.type() != Column::Type::text && std::isnan(column.number(row)));
}

std::optional<std::size_t> firstPresent(const Column& column) {
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!lacks(column, row)) return row;
  }
  return std::nullopt;
}

bool constant(const Column& column, std::size_t first) {
  const bool text = column.type() == Column::Type::text;
  for (std::size_t row = first + 1; row < column.size(); ++row) {
    if (lacks(column, row)) continue;
    if (text ? column.text(row) != column.text(first) : column.number(row) != column.number(first))
      return false;
  }
  return true;
}

// Different words of a text column, counted up to `limit` + 1.
std::size_t levelCount(const Column& column, std::size_t limit) {
  std::unordered_set<std::string> seen;
  for (std::size_t row = 0; row < column.size() && seen.size() <= limit; ++row) {
    if (!column.missing(row)) seen.insert(column.text(row));
  }
  return seen.size();
}

void checkTarget(const Column& column) {
  if (column.type() == Column::Type::text) {
    const auto row = firstPresent(column);
    throw Error::usage(
        kTextTarget,
        {{"name", column.name()},
         {"where", row ? fmt::format("row {}: '{}'", *row + 1, column.text(*row)) : ""}});
  }
  const auto first = firstPresent(column);
  if (!first) throw Error(kEmptyColumn, {{"name", column.name()}});
  // A single value is too few rows, which is said later.
  if (column.size() > 1 && constant(column, *first)) {
    throw Error(kConstantTarget, {{"name", column.name()}, {"value", column.text(*first)}});
  }
}

// Why a column cannot serve as a feature; empty when it can.
std::string unfitness(const Column& column) {
  const auto first = firstPresent(column);
  if (!first) return "no values";
  if (constant(column, *first)) return "constant";
  if (column.type() == Column::Type::text &&
      (levelCount(column, kLevelsByDefault) > kLevelsByDefault ||
       2 * levelCount(column, kLevelsByDefault) > column.size())) {
    return "text with too many different values";
  }
  return {};
}

std::vector<std::string> fittingFeatures(const Table& table, const std::string& target,
                                         const Context& context) {
  std::vector<std::string> names, left_out;
  for (const Column& column : table.columns()) {
    if (column.name() == target) continue;
    const std::string why = unfitness(column);
    if (why.empty()) {
      names.push_back(column.name());
    } else {
      left_out.push_back(fmt::format("'{}' ({})", column.name(), why));
    }
  }
  if (!left_out.empty()) {
    context.warn(fmt::format("Columns left out: {}", fmt::join(left_out, ", ")));
  }
  return names;
}

std::vector<std::string> checkedFeatures(const Table& table, const std::string& target,
                                         const std::vector<std::string>& wanted,
                                         const Context& context) {
  std::vector<std::string> names;
  for (const std::string& name : wanted) {
    const Column& column = table.require(name);
    if (name == target) throw Error::usage(kTargetIsFeature, {{"name", name}});
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto first = firstPresent(column);
    if (!first) throw Error(kEmptyColumn, {{"name", name}});
    if (column.type() == Column::Type::text && levelCount(column, kLevelsAtMost) > kLevelsAtMost) {
      throw Error::usage(kLevels, {{"name", name},
                                   {"levels", fmt::format("over {}", kLevelsAtMost)},
                                   {"limit", kLevelsAtMost}});
    }
    if (column.size() > 1 && constant(column, *first)) {
      context.warn(fmt::format("'{}' is constant and was left out", name));
      continue;
    }
    names.push_back(name);
  }
  return names;
}

// Rows in which nothing is missing; an Error for infinite values among them.
std::vector<std::size_t> completeRows(const Table& table, const std::vector<std::string>& names) {
  std::vector<std::uint8_t> complete(table.rows(), 1);
  for (const std::string& name : names) {
    const Column& column = table.require(name);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (lacks(column, row)) complete[row] = 0;
    }
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (complete[row]) rows.push_back(row);
  }
  for (const std::string& name : names) {
    const Column& column = table.require(name);
    if (column.type() != Column::Type::real) continue;
    for (const std::size_t row : rows) {
      if (std::isinf(column.number(row))) {
        throw Error(kNotFinite, {{"name", name}, {"row", row + 1}});
      }
    }
  }
  return rows;
}

// The column with the most missing values, for a person whose rows have all gone.
std::string emptiest(const Table& table, const std::vector<std::string>& names) {
  const auto worst = std::max_element(names.begin(), names.end(), [&](auto& a, auto& b) {
    return table.require(a).missingCount() < table.require(b).missingCount();
  });
  const std::size_t count = table.require(*worst).missingCount();
  return count == 0 ? "" : fmt::format("missing in '{}': {}", *worst, countText(count));
}

}  // namespace

RegressionData RegressionData::gather(const std::vector<std::size_t>& which) const {
  RegressionData part{features, target, target_unit, {}, {}, {}};
  part.rows.reserve(which.size() * width());
  for (const std::size_t row : which) {
    part.rows.insert(part.rows.end(), rows.begin() + row * width(),
                     rows.begin() + (row + 1) * width());
    part.targets.push_back(targets[row]);
    part.source_rows.push_back(source_rows[row]);
  }
  return part;
}

RegressionData regressionData(const Table& table, const std::string& target,
                              const std::vector<std::string>& wanted, const Context& context) {
  const Column& measured = table.require(target);
  checkTarget(measured);
  const std::vector<std::string> names = wanted.empty()
                                             ? fittingFeatures(table, target, context)
                                             : checkedFeatures(table, target, wanted, context);
  if (names.empty() && table.rows() > 1) throw Error(kNoFeatures, {{"name", target}});
  std::vector<std::string> used = names;
  used.push_back(target);
  RegressionData data;
  data.source_rows = completeRows(table, used);
  if (data.source_rows.size() < kLeastRows) {
    throw Error(kFewRows, {{"name", target},
                           {"rows", data.source_rows.size()},
                           {"least", kLeastRows},
                           {"where", emptiest(table, used)}});
  }
  if (const std::size_t gone = table.rows() - data.source_rows.size(); gone > 0) {
    context.warn(fmt::format("{} of {} rows left out, in which the target or a feature is missing",
                             countText(gone), countText(table.rows())));
  }
  const auto room = reserveMemory(data.source_rows.size() * (names.size() + 1) * 3 * sizeof(double),
                                  "the rows to fit");
  const Table kept = table.gather(data.source_rows);
  Model encoding;
  encoding.features = featuresOf(kept, names);
  data.rows = featureMatrix(encoding, kept, context);
  data.features = std::move(encoding.features);
  data.targets = kept.require(target).numbers();
  data.target = target;
  data.target_unit = measured.unit();
  if (std::all_of(data.targets.begin(), data.targets.end(),
                  [&](double y) { return y == data.targets[0]; })) {
    throw Error(kConstantTarget, {{"name", target}, {"value", measured.text(data.source_rows[0])}});
  }
  return data;
}

std::vector<std::size_t> heldOutRows(std::size_t rows, double share, std::uint64_t seed) {
  if (share <= 0 || rows < kLeastRows) return {};
  const auto wished = static_cast<std::size_t>(std::llround(share * static_cast<double>(rows)));
  const std::size_t count = std::clamp<std::size_t>(wished, 1, rows - 2);
  return Random(seed).split(kHeldOutStream).sample(rows, count);
}

}  // namespace lineament
