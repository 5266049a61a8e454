// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/comparison_grids.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "views/common/number_text.h"
#include "views/sequence/curve_look.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ComparisonGrids)
};

constexpr std::size_t kAlwaysValues = 4;  // columns

struct MeasureTitle {
  const char* column;
  const char* title;
  int rank;
};

constexpr MeasureTitle kMeasures[] = {
    {"output_error_vs_softmax", QT_TRANSLATE_NOOP("ComparisonGrids", "Output error"), 0},
    {"output_cosine_to_softmax", QT_TRANSLATE_NOOP("ComparisonGrids", "Cosine"), 0},
    {"mean_entropy", QT_TRANSLATE_NOOP("ComparisonGrids", "Entropy"), 0},
    {"mean_lifetime", QT_TRANSLATE_NOOP("ComparisonGrids", "Lifetime"), 0},
    {"negative_weights", QT_TRANSLATE_NOOP("ComparisonGrids", "Share < 0"), 2},
    {"state_numbers", QT_TRANSLATE_NOOP("ComparisonGrids", "State size"), 0},
    {"final_state_norm", QT_TRANSLATE_NOOP("ComparisonGrids", "Final norm"), 3},
    {"final_effective_rank", QT_TRANSLATE_NOOP("ComparisonGrids", "Final rank"), 4}};

RuledGrid::Column columnOf(const Column& column) {
  const auto found =
      std::find_if(std::begin(kMeasures), std::end(kMeasures),
                   [&](const MeasureTitle& measure) { return column.name() == measure.column; });
  const bool known = found != std::end(kMeasures);
  QString title = known ? Words::tr(found->title) : QString::fromStdString(column.name());
  if (!known) title.replace('_', ' ');
  return {withUnit(title, QString::fromStdString(column.unit())), true, known ? found->rank : 5};
}

QString cellText(double value) {
  return std::isfinite(value) ? numberText(value, 3) : QStringLiteral("–");
}

RuledGrid namesGrid(const Comparison& comparison) {
  RuledGrid grid;
  grid.columns.push_back({Words::tr("Mechanism"), false, 0});
  for (const std::string& name : comparison.mechanisms()) {
    grid.rows.push_back({QString::fromStdString(name)});
  }
  return grid;
}

// Of the first curve that a mechanism has in a plot.
QString valueText(const Comparison::Plot& plot, std::size_t mechanism,
                  std::optional<std::size_t> token) {
  const auto owner = std::find(plot.owners.begin(), plot.owners.end(), mechanism);
  if (!token || owner == plot.owners.end()) return token ? QStringLiteral("–") : QString();
  const Series::Curve& curve =
      plot.series.curves[static_cast<std::size_t>(owner - plot.owners.begin())];
  const auto nearest = nearestPoint(curve, *token);
  return nearest ? cellText(curve.y[*nearest]) : QStringLiteral("–");
}

}  // namespace

RuledGrid measuresGrid(const Comparison& comparison) {
  RuledGrid grid = namesGrid(comparison);
  for (const Column& column : comparison.measures.columns()) {
    if (!column.numeric()) continue;
    grid.columns.push_back(columnOf(column));
    for (std::size_t row = 0; row < grid.rows.size(); ++row) {
      grid.rows[row] << cellText(column.number(row));
    }
  }
  return grid;
}

RuledGrid valuesGrid(const Comparison& comparison, std::optional<std::size_t> token) {
  RuledGrid grid = namesGrid(comparison);
  for (const Comparison::Plot& plot : comparison.plots) {
    if (plot.over != Comparison::Over::tokens) continue;
    const int rank =
        grid.columns.size() <= kAlwaysValues ? 0 : static_cast<int>(grid.columns.size());
    grid.columns.push_back({QString::fromStdString(plot.series.title), true, rank});
    for (std::size_t i = 0; i < grid.rows.size(); ++i) grid.rows[i] << valueText(plot, i, token);
  }
  return grid;
}

double neededWidth(const RuledGrid& grid) {
  RuledGrid needed;
  std::vector<qsizetype> kept;
  for (std::size_t i = 0; i < grid.columns.size(); ++i) {
    if (grid.columns[i].rank != 0) continue;
    needed.columns.push_back(grid.columns[i]);
    kept.push_back(static_cast<qsizetype>(i));
  }
  for (const QStringList& row : grid.rows) {
    QStringList cells;
    for (const qsizetype i : kept) cells << row[i];
    needed.rows.push_back(cells);
  }
  return placesIn(needed, std::numeric_limits<double>::infinity()).width;
}

}  // namespace lineament::views
