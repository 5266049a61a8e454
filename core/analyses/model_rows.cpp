// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/model_rows.h"

#include <cmath>

#include "core/base/memory.h"
#include "core/data/data.h"

namespace lineament {

ModelRows modelRows(const Model& model, const Table& table, std::string_view what,
                    const Context& context) {
  const std::size_t width = model.features.size();
  const auto room = reserveMemory(2 * table.rows() * width * sizeof(double), "the model's rows");
  const std::vector<double> all = featureMatrix(model, table, context);
  ModelRows found;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double* values = all.data() + row * width;
    bool complete = true;
    for (std::size_t j = 0; j < width; ++j) complete &= !std::isnan(values[j]);
    if (!complete) continue;
    found.rows.push_back(row);
    found.matrix.insert(found.matrix.end(), values, values + width);
  }
  if (const std::size_t gone = table.rows() - found.rows.size(); gone > 0) {
    context.warn(fmt::format(
        "{} of {} rows of the {} left out: a feature is missing or has a level the model has not "
        "seen",
        countText(gone), countText(table.rows()), what));
  }
  return found;
}

std::vector<Column> featureColumns(const Model& model, const Table& table) {
  bool named = false;
  for (const Feature& feature : model.features) named |= table.find(feature.name).has_value();
  std::vector<Column> columns;
  for (std::size_t j = 0; j < model.features.size(); ++j) {
    const std::string& name = model.features[j].name;
    columns.push_back(named ? table.require(name) : table.column(j).renamed(name));
  }
  return columns;
}

}  // namespace lineament
