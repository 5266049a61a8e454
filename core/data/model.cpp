// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/model.h"

#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <unordered_map>

namespace lineament {

namespace {

constexpr ErrorText kColumns{"model.columns", "Use the model on this table",
                             "it was fitted on the columns {expected}; missing here: {missing}", "",
                             "Rename the table's columns, or choose the table of this model"};
constexpr ErrorText kNotNumeric{"model.text_column", "Use the column '{name}' as a feature",
                                "the model expects numbers, the column holds text", "{where}",
                                "Correct these cells, or leave the column out"};

std::vector<const Column*> columnsFor(const Model& model, const Table& table,
                                      const Context& context) {
  std::vector<const Column*> columns;
  std::vector<std::string> missing, expected;
  for (const Feature& feature : model.features) {
    expected.push_back(feature.name);
    if (const auto index = table.find(feature.name)) {
      columns.push_back(&table.column(*index));
    } else {
      missing.push_back(feature.name);
    }
  }
  if (missing.empty()) return columns;
  if (columns.empty() && table.columnCount() == model.features.size()) {
    context.warn("Column names differ from the model's: columns are taken in order");
    for (const Column& column : table.columns()) columns.push_back(&column);
    return columns;
  }
  throw Error(kColumns, {{"expected", fmt::format("{}", fmt::join(expected, ", "))},
                         {"missing", fmt::format("{}", fmt::join(missing, ", "))}});
}

void fillLevels(const Feature& feature, const Column& column, std::size_t stride, double* out) {
  std::unordered_map<std::string, double> index;
  for (std::size_t i = 0; i < feature.levels.size(); ++i) {
    index.emplace(feature.levels[i], static_cast<double>(i));
  }
  for (std::size_t row = 0; row < column.size(); ++row) {
    const auto found = index.find(column.text(row));
    out[row * stride] = found == index.end() || column.missing(row)
                            ? std::numeric_limits<double>::quiet_NaN()
                            : found->second;
  }
}

}  // namespace

std::vector<double> featureMatrix(const Model& model, const Table& table, const Context& context) {
  const std::vector<const Column*> columns = columnsFor(model, table, context);
  const std::size_t width = columns.size();
  std::vector<double> matrix(table.rows() * width);
  for (std::size_t j = 0; j < width; ++j) {
    const Feature& feature = model.features[j];
    const Column& column = *columns[j];
    if (feature.categorical()) {
      fillLevels(feature, column, width, matrix.data() + j);
      continue;
    }
    if (column.type() == Column::Type::text) {
      std::size_t row = 0;
      while (row < column.size() && column.missing(row)) ++row;
      const std::string where =
          row == column.size() ? "" : fmt::format("row {}: '{}'", row + 1, column.text(row));
      throw Error(kNotNumeric, {{"name", column.name()}, {"where", where}});
    }
    for (std::size_t row = 0; row < column.size(); ++row) {
      matrix[row * width + j] = column.number(row);
    }
  }
  return matrix;
}

std::vector<Feature> featuresOf(const Table& table, const std::vector<std::string>& names) {
  std::vector<Feature> features;
  for (const std::string& wanted : names) {
    const Column& column = table.require(wanted);
    Feature feature{column.name(), column.unit(), {}};
    if (column.type() == Column::Type::text) {
      std::unordered_map<std::string, bool> seen;
      for (std::size_t row = 0; row < column.size(); ++row) {
        if (column.missing(row)) continue;
        std::string level = column.text(row);
        if (seen.emplace(level, true).second) feature.levels.push_back(std::move(level));
      }
    }
    features.push_back(std::move(feature));
  }
  return features;
}

}  // namespace lineament
