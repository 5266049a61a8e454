// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/data/model.h"
#include "core/data/table.h"

namespace lineament {

// The rows of a table as a model takes them.
struct ModelRows {
  std::vector<double> matrix;     // row-major, rows.size() x features, nothing missing
  std::vector<std::size_t> rows;  // which rows of the table, ascending
};

// The rows in which every feature has a value the model knows; those left out are counted in the
// log. `what` names the table in that line ("data", "background"). Throws what featureMatrix does.
ModelRows modelRows(const Model& model, const Table& table, std::string_view what,
                    const Context& context);

// The columns a model takes, by name or, where no name is known, in order; named as the features.
std::vector<Column> featureColumns(const Model& model, const Table& table);

}  // namespace lineament
