// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/table_predict.h"

#include <cmath>

#include "core/analyses/model_rows.h"
#include "core/analyses/predictors.h"
#include "core/analyses/scores.h"

namespace lineament {

namespace {

Declaration declare() {
  Declaration declaration;
  declaration.id = "table.predict";
  declaration.title = "Predict with a model";
  declaration.summary =
      "Applies a fitted model, or the checkpoint of a network, to every row of a table, in double "
      "precision. Columns are found by name. Where the table also has the target, the scores say "
      "how well the model meets it.";
  declaration.source = "The model's own";
  declaration.inputs = {modelInput(),
                        scalersInput(),
                        {"data", "Table", {Kind::table}, "A table with the model's columns"}};
  declaration.outputs = {
      {"predictions", Kind::table, "Predictions",
       "One row per row of the table: its number from 1, the model's columns, the prediction, and "
       "where the table has the target, measured and residual (measured minus predicted)"}};
  declaration.metrics = {
      {"rows_predicted", "Rows predicted", "", ""},
      {"rows_left_out", "Rows left out", "", "Rows with missing values have no prediction"},
      {"r2", "R²", "", "Where the table has the target"},
      {"mae", "Mean absolute error", "target", "Where the table has the target"},
      {"rmse", "Root mean squared error", "target", "Where the table has the target"}};
  return declaration;
}

// The target's column where the table has one with numbers; null otherwise.
const Column* measuredColumn(const Model& model, const Table& table) {
  const auto index = table.find(model.target);
  if (model.target.empty() || !index) return nullptr;
  const Column& column = table.column(*index);
  return column.type() == Column::Type::text ? nullptr : &column;
}

Column withGaps(std::string name, std::vector<double> values, const std::string& unit) {
  std::vector<std::uint8_t> missing(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) missing[i] = std::isnan(values[i]);
  return Column(std::move(name), std::move(values), std::move(missing), unit);
}

void addMeasured(const Column& column, const std::vector<double>& predicted,
                 const std::string& unit, std::vector<Column>& columns,
                 std::map<std::string, double>& metrics) {
  const std::vector<double> measured = column.numbers();
  std::vector<double> residuals(measured.size()), known, met;
  for (std::size_t row = 0; row < measured.size(); ++row) {
    residuals[row] = measured[row] - predicted[row];
    if (!std::isfinite(residuals[row])) continue;
    known.push_back(measured[row]);
    met.push_back(predicted[row]);
  }
  columns.push_back(withGaps("measured", measured, unit));
  columns.push_back(withGaps("residual", std::move(residuals), unit));
  if (known.empty()) return;
  const Scores scores = scoresOf(known, met);
  metrics.insert({{"r2", scores.r2}, {"mae", scores.mae}, {"rmse", scores.rmse}});
}

class TablePredict : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters&, const Context& context) const override {
    const Model model = modelFrom(inputs, context);
    const Table& table = inputs.get<Table>("data");
    const ModelRows rows = modelRows(model, table, "data", context);
    context.checkpoint(0.2, "Predicting");
    std::vector<double> outputs(rows.rows.size());
    model.predictor->predict(rows.matrix, outputs, context.part(0.2, 0.95));
    std::vector<double> predicted(table.rows(), std::nan(""));
    for (std::size_t i = 0; i < outputs.size(); ++i) predicted[rows.rows[i]] = outputs[i];

    Outputs result;
    std::vector<std::int64_t> numbers(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      numbers[row] = static_cast<std::int64_t>(row + 1);
    }
    std::vector<Column> columns{Column("row", std::move(numbers))};
    for (Column& column : featureColumns(model, table)) columns.push_back(std::move(column));
    columns.push_back(withGaps("predicted", predicted, model.target_unit));
    if (const Column* measured = measuredColumn(model, table)) {
      addMeasured(*measured, predicted, model.target_unit, columns, result.metrics);
    }
    result.metrics["rows_predicted"] = static_cast<double>(rows.rows.size());
    result.metrics["rows_left_out"] = static_cast<double>(table.rows() - rows.rows.size());
    result.add("predictions", Data(Table(std::move(columns)), inputs.one("data").origin()));
    return result;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeTablePredict() {
  return std::make_unique<TablePredict>();
}

}  // namespace lineament
