// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/describe.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "app/report/numbers.h"
#include "app/report/words.h"
#include "core/data/checkpoint_facts.h"

namespace lineament::app {

namespace {

constexpr std::size_t kMostLines = 60;    // of a list in a report
constexpr std::size_t kMostColumns = 10;  // of a table shown as it is
constexpr std::size_t kMostLevels = 1000;

QString leftOut(std::size_t shown, std::size_t all) {
  return shown == all ? QString()
                      : Words::tr("%1 of %2 shown").arg(countText(shown), countText(all));
}

// Smallest, mean and largest of the finite values.
struct Spread {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double mean = std::numeric_limits<double>::quiet_NaN();
};

Spread spreadOf(const Column& column) {
  Spread spread;
  double mean = 0;
  std::size_t count = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double value = column.number(row);
    if (!std::isfinite(value)) continue;
    spread.low = std::min(spread.low, value);
    spread.high = std::max(spread.high, value);
    mean += (value - mean) / static_cast<double>(++count);
  }
  if (count > 0) return {spread.low, spread.high, mean};
  return {spread.mean, spread.mean, spread.mean};
}

QString levelsText(const TextValues& words) {
  std::unordered_set<std::string_view> levels;
  for (std::size_t row = 0; row < words.size(); ++row) {
    levels.insert(words[row]);
    if (levels.size() > kMostLevels) {
      return Words::tr("more than %1 values").arg(countText(kMostLevels));
    }
  }
  return counted(static_cast<qsizetype>(levels.size()), Words::tr("1 value"),
                 Words::tr("%1 values"));
}

QStringList summaryRow(const Column& column) {
  QStringList row{text(column.name()), text(column.unit()), text(name(column.type())),
                  countText(column.missingCount())};
  if (const auto* words = std::get_if<TextValues>(&column.values())) {
    return row << levelsText(*words) << QString() << QString();
  }
  const bool dated = column.type() == Column::Type::date || column.type() == Column::Type::time;
  if (dated) return row << QString() << QString() << QString();
  const Spread spread = spreadOf(column);
  return row << numberText(spread.low) << numberText(spread.mean) << numberText(spread.high);
}

constexpr std::size_t kUnitColumn = 1;  // of summaryRow

void dropIfEmpty(Grid& grid, std::size_t column) {
  const auto at = static_cast<qsizetype>(column);
  const bool used = std::any_of(grid.rows.begin(), grid.rows.end(),
                                [at](const QStringList& row) { return !row[at].isEmpty(); });
  if (used) return;
  grid.columns.erase(grid.columns.begin() + at);
  for (QStringList& row : grid.rows) row.removeAt(at);
}

std::vector<Block> described(const Table& table) {
  Grid grid;
  grid.columns = {{Words::tr("Column")},         {Words::tr("Unit")},
                  {Words::tr("Type")},           {Words::tr("Missing"), true},
                  {Words::tr("Smallest"), true}, {Words::tr("Mean"), true},
                  {Words::tr("Largest"), true}};
  const std::size_t shown = std::min(table.columnCount(), kMostLines);
  for (std::size_t i = 0; i < shown; ++i) grid.rows.push_back(summaryRow(table.column(i)));
  grid.note = leftOut(shown, table.columnCount());
  dropIfEmpty(grid, kUnitColumn);
  return {grid};
}

QString scalarText(const nlohmann::json& value) {
  if (value.is_string()) return text(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? Words::tr("yes") : Words::tr("no");
  if (value.is_number()) return numberText(value.get<double>());
  if (!value.is_array() || value.size() > 12) return {};
  QStringList parts;
  for (const auto& part : value) {
    if (part.is_structured()) return {};
    parts << scalarText(part);
  }
  return parts.join(QStringLiteral(", "));
}

std::vector<Block> described(const Model& model) {
  Grid facts;
  facts.head = false;
  facts.columns = {{Words::tr("Property")}, {Words::tr("Value")}};
  facts.rows.push_back({Words::tr("Type"), text(model.type)});
  const QString unit = model.target_unit.empty() ? QString() : " (" + text(model.target_unit) + ")";
  if (!model.target.empty()) {
    facts.rows.push_back({Words::tr("Predicts"), text(model.target) + unit});
  }
  QStringList features;
  for (const Feature& feature : model.features) {
    QString one = text(feature.name);
    if (!feature.unit.empty()) one += " (" + text(feature.unit) + ")";
    features << one;
  }
  facts.rows.push_back({Words::tr("From"), features.join(QStringLiteral(", "))});
  for (const auto& [key, value] : model.configuration.items()) {
    const QString shown = scalarText(value);
    if (!shown.isEmpty()) facts.rows.push_back({text(key).replace('_', ' '), shown});
  }
  return {facts};
}

std::vector<Block> described(const Explanation& explanation) {
  const std::vector<double> means = meanAbsoluteValues(explanation);
  const QString unit =
      explanation.output_unit.empty() ? QString() : ", " + text(explanation.output_unit);
  Grid grid;
  grid.columns = {{Words::tr("Feature")}, {Words::tr("Mean |SHAP value|") + unit, true}};
  const std::vector<std::size_t> order = importanceOrder(explanation);
  const std::size_t shown = std::min(order.size(), kMostLines);
  for (std::size_t i = 0; i < shown; ++i) {
    grid.rows.push_back({text(explanation.features[order[i]]), numberText(means[order[i]])});
  }
  grid.note = leftOut(shown, order.size());
  const QString line =
      Words::tr(
          "SHAP values of %2 over %3 rows (method: %1). Base value %4; the values of a "
          "row and the base value add up to its prediction within %5 of the predictions' "
          "range.")
          .arg(text(explanation.method), text(explanation.output_name),
               countText(explanation.rows()), numberText(explanation.base_value),
               numberText(explanation.additivity_error));
  return {plainParagraph(line), grid};
}

std::vector<Block> described(const Checkpoint& checkpoint) {
  Grid facts;
  facts.head = false;
  facts.columns = {{Words::tr("Property")}, {Words::tr("Value")}};
  for (const CheckpointFact& fact : factsOf(checkpoint)) {
    if (facts.rows.size() == kMostLines) break;
    facts.rows.push_back({text(fact.name).replace('_', ' '), text(fact.value)});
  }
  Grid grid;
  grid.columns = {{Words::tr("Tensor")}, {Words::tr("Type")}, {Words::tr("Shape")}};
  const auto& entries = checkpoint.entries();
  const std::size_t shown = std::min(entries.size(), kMostLines);
  for (std::size_t i = 0; i < shown; ++i) {
    grid.rows.push_back(
        {text(entries[i].name), text(name(entries[i].dtype)), text(shapeText(entries[i].shape))});
  }
  grid.note = leftOut(shown, entries.size());
  if (facts.rows.empty()) return {grid};
  return {facts, grid};
}

std::vector<Block> described(const PointCloud& cloud) {
  const auto extent = extentOf(cloud);
  Grid grid;
  grid.columns = {
      {Words::tr("Axis")}, {Words::tr("Smallest, m"), true}, {Words::tr("Largest, m"), true}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto metres = [](double x) { return QString::number(x, 'f', 3); };
    grid.rows.push_back(
        {QString(QLatin1Char("xyz"[axis])), metres(extent[axis].low), metres(extent[axis].high)});
  }
  return {grid};
}

std::vector<Block> described(const Raster& raster) {
  Grid grid;
  if (raster.categorical()) {
    grid.columns = {{Words::tr("Value"), true}, {Words::tr("Class")}};
    for (const RasterClass& one : raster.classes()) {
      grid.rows.push_back({QString::number(one.value), text(one.name)});
    }
    return {grid};
  }
  grid.columns = {{Words::tr("Band")}, {Words::tr("Meaning")}, {Words::tr("Wavelength, nm"), true}};
  for (const RasterBand& band : raster.bands()) {
    grid.rows.push_back({text(band.name), text(band.title),
                         std::isfinite(band.wavelength) ? QString::number(band.wavelength) : ""});
  }
  return {grid};
}

std::vector<Block> described(const Features& features) {
  return described(features.attributes());
}

std::vector<Block> described(const Note& note) {
  return blocksOfMarkdown(text(shownMarkdown(note)));
}

// Of the other kinds the summary line says all.
std::vector<Block> described(const Tensor&) {
  return {};
}
std::vector<Block> described(const Series&) {
  return {};
}
std::vector<Block> described(const AttentionStack&) {
  return {};
}
std::vector<Block> described(const Comparison&) {
  return {};
}
std::vector<Block> described(const FigureSpec&) {
  return {};
}

}  // namespace

std::vector<Block> describe(const Data& data) {
  return std::visit([](const auto& value) { return described(value); }, data.value());
}

bool fitsOnPage(const Table& table) {
  return table.rows() <= kMostLines && table.columnCount() <= kMostColumns;
}

Grid contentOf(const Table& table, const QString& title) {
  Grid grid;
  grid.title = title;
  const std::size_t columns = std::min(table.columnCount(), kMostColumns);
  const std::size_t rows = std::min(table.rows(), kMostLines);
  for (std::size_t i = 0; i < columns; ++i) {
    const Column& column = table.column(i);
    const QString unit = column.unit().empty() ? QString() : ", " + text(column.unit());
    grid.columns.push_back({text(column.name()) + unit, column.numeric()});
  }
  for (std::size_t row = 0; row < rows; ++row) {
    QStringList cells;
    for (std::size_t i = 0; i < columns; ++i) {
      const Column& column = table.column(i);
      const bool real = column.type() == Column::Type::real && !column.missing(row);
      cells << (real ? numberText(column.number(row)) : text(column.text(row)));
    }
    grid.rows.push_back(cells);
  }
  if (rows < table.rows()) grid.note = leftOut(rows, table.rows());
  if (columns < table.columnCount()) {
    grid.note += (grid.note.isEmpty() ? "" : "; ") +
                 Words::tr("%1 of %2 columns").arg(columns).arg(table.columnCount());
  }
  return grid;
}

}  // namespace lineament::app
