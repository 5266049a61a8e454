// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/table_regress.h"

#include <algorithm>
#include <cmath>

#include "core/analyses/regression_data.h"
#include "core/analyses/regression_fit.h"
#include "core/analyses/scores.h"

namespace lineament {

namespace {

std::vector<Parameter> mainParameters() {
  using Type = Parameter::Type;
  return {
      {.id = "target",
       .title = "Target",
       .type = Type::column,
       .fallback = std::string(),
       .help = "The numeric column to explain and predict",
       .of_input = "data",
       .required = true},
      {.id = "features",
       .title = "Features",
       .type = Type::columns,
       .fallback = std::vector<std::string>(),
       .help = "The columns to explain it by; none chosen: every other column that can serve",
       .of_input = "data"},
      {.id = "model",
       .title = "Model",
       .type = Type::choice,
       .fallback = std::string("ols"),
       .help = "What is fitted",
       .choices = {{"ols", "Least squares", "A straight line in every feature, with tests"},
                   {"ridge", "Ridge",
                    "Least squares with a penalty on large coefficients, for features that are "
                    "many or alike"},
                   {"mlp", "Neural network",
                    "A multilayer perceptron, for relations that are not straight lines"}}},
      {.id = "test_share",
       .title = "Rows held out",
       .type = Type::real,
       .fallback = 0.2,
       .help = "Share of the rows, drawn at random, that the fit does not see and the scores are "
               "computed on; 0: scores on the fitted rows",
       .lowest = 0,
       .highest = 0.9},
  };
}

std::vector<Parameter> ridgeParameters() {
  using Type = Parameter::Type;
  return {
      {.id = "lambda",
       .title = "Penalty",
       .type = Type::real,
       .fallback = 0.0,
       .help = "Lambda in ||y - Zb||^2 + lambda ||b||^2 with standardised features Z; 0: chosen "
               "from the data",
       .lowest = 0,
       .shown_if = "model=ridge"},
      {.id = "lambda_choice",
       .title = "Penalty chosen by",
       .type = Type::choice,
       .fallback = std::string("generalised"),
       .help = "What the chosen penalty minimises over a path of 101 penalties",
       .choices = {{"generalised", "Generalised cross validation",
                    "n RSS / (n - df)^2, which does not depend on single rows"},
                   {"leave_one_out", "Leave one out",
                    "The mean squared error of predicting each row from the others"}},
       .advanced = true,
       .shown_if = "model=ridge"},
  };
}

std::vector<Parameter> networkParameters() {
  using Type = Parameter::Type;
  std::vector<Parameter> parameters{
      {.id = "hidden",
       .title = "Hidden layers",
       .type = Type::text,
       .fallback = std::string("64,64"),
       .help = "Units of each hidden layer, from the first on"},
      {.id = "activation",
       .title = "Activation",
       .type = Type::choice,
       .fallback = std::string("relu"),
       .help = "What follows each hidden layer",
       .choices = {{"relu", "ReLU", "max(0, x)"},
                   {"tanh", "Tanh", "tanh(x)"},
                   {"sigmoid", "Sigmoid", "1 / (1 + exp(-x))"},
                   {"gelu", "GELU", "x times the normal distribution function"}}},
      {.id = "learning_rate",
       .title = "Learning rate",
       .type = Type::real,
       .fallback = 1e-3,
       .help = "Step size of Adam",
       .lowest = 0,
       .highest = 1,
       .lowest_excluded = true},
      {.id = "epochs",
       .title = "Epochs at most",
       .type = Type::integer,
       .fallback = std::int64_t{1000},
       .help = "Passes over the rows",
       .lowest = 1,
       .highest = 1'000'000},
      {.id = "patience",
       .title = "Patience",
       .type = Type::integer,
       .fallback = std::int64_t{60},
       .help = "Epochs without a better validation loss before training stops",
       .lowest = 1,
       .highest = 1'000'000},
      {.id = "batch",
       .title = "Rows per step",
       .type = Type::integer,
       .fallback = std::int64_t{64},
       .help = "Rows of one gradient step",
       .lowest = 1,
       .highest = 1'000'000,
       .advanced = true},
      {.id = "weight_decay",
       .title = "Weight decay",
       .type = Type::real,
       .fallback = 0.0,
       .help = "Share of each weight taken off per step, times the learning rate",
       .lowest = 0,
       .highest = 10,
       .advanced = true},
      {.id = "validation_share",
       .title = "Validation rows",
       .type = Type::real,
       .fallback = 0.15,
       .help = "Share of the fitted rows that decides when training stops",
       .lowest = 0,
       .highest = 0.5,
       .lowest_excluded = true,
       .advanced = true}};
  for (Parameter& parameter : parameters) parameter.shown_if = "model=mlp";
  return parameters;
}

std::vector<Output> outputsOf() {
  return {
      {"model", Kind::model, "Model", "The fitted model, for predictions and explanations"},
      {"predictions", Kind::table, "Predictions",
       "One row per row of the table: its number from 1, measured, predicted, residual (measured "
       "minus predicted) and its part (train, test, left out); for least squares also leverage, "
       "studentised residual and Cook's distance"},
      {"diagnostics", Kind::table, "Diagnostics",
       "Least squares: coefficients with standard errors, t, p, 95 % confidence limits and "
       "variance inflation factors. Ridge: coefficients, also per standard deviation. Network: "
       "losses per epoch"},
      {"summary", Kind::note, "Summary", "The fit in words"},
      {"predicted_measured", Kind::series, "Predicted against measured",
       "Training and held-out rows around the line where both are equal"},
      {"figure_predicted_measured", Kind::figure, "Figure: predicted against measured", ""},
      {"learning_curve", Kind::series, "Learning curve", "Networks: losses over the epochs", false},
      {"figure_coefficients", Kind::figure, "Figure: coefficients", "Least squares and ridge",
       false},
      {"figure_learning_curve", Kind::figure, "Figure: learning curve", "Networks", false},
  };
}

std::vector<Metric> metricsOf() {
  return {
      {"r2", "R²", "", "Share of the variance explained, on the held-out rows"},
      {"mae", "Mean absolute error", "target", "On the held-out rows"},
      {"rmse", "Root mean squared error", "target", "On the held-out rows"},
      {"r2_train", "R² of the fitted rows", "", ""},
      {"mae_train", "Mean absolute error of the fitted rows", "target", ""},
      {"rmse_train", "Root mean squared error of the fitted rows", "target", ""},
      {"rows_used", "Rows used", "", "Rows without missing values"},
      {"rows_left_out", "Rows left out", "", "Rows with missing values"},
      {"rows_train", "Rows fitted", "", ""},
      {"rows_test", "Rows held out", "", "0: the scores are those of the fitted rows"},
      {"features", "Features", "", ""},
      {"adjusted_r2", "Adjusted R²", "", "Least squares, fitted rows"},
      {"residual_standard_error", "Residual standard error", "target", "Least squares"},
      {"residual_freedom", "Residual degrees of freedom", "", "Least squares"},
      {"rank", "Rank", "", "Least squares: independent columns with the intercept"},
      {"f_statistic", "F", "", "Least squares: all terms against none"},
      {"f_p_value", "p of F", "", "Least squares"},
      {"aic", "AIC", "", "Least squares: -2 log L + 2 rank"},
      {"bic", "BIC", "", "Least squares: -2 log L + ln(rows) rank"},
      {"condition_number", "Condition number", "", "Least squares, of the standardised terms"},
      {"durbin_watson", "Durbin-Watson", "",
       "Least squares: 2 where residuals do not follow each "
       "other"},
      {"lambda", "Penalty", "", "Ridge"},
      {"effective_freedom", "Effective coefficients", "", "Ridge: trace of the hat matrix"},
      {"cross_validation_mse", "Cross validation error", "", "Ridge: what the penalty minimises"},
      {"best_epoch", "Best epoch", "", "Network: the epoch whose weights are kept"},
      {"epochs", "Epochs", "", "Network: epochs trained"},
  };
}

Declaration declare() {
  Declaration declaration;
  declaration.id = "table.regress";
  declaration.title = "Fit a model to a table";
  declaration.summary =
      "Explains a numeric column by other columns: by least squares with the usual tests, by "
      "ridge, "
      "or by a neural network trained with early stopping. Text columns are used through "
      "indicators of their values. Rows with missing values "
      "are left out. A share of the rows is held out, and the scores tell how well these unseen "
      "rows are predicted.";
  declaration.source =
      "Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 2nd ed., "
      "chapter 3; Belsley, Kuh and Welsch (1980), Regression Diagnostics; Golub, Heath and Wahba "
      "(1979), Generalized cross-validation as a method for choosing a good ridge parameter; "
      "Kingma "
      "and Ba (2015), Adam";
  declaration.inputs = {{"data",
                         "Table",
                         {Kind::table},
                         "The table; several of equally many rows are put side by side",
                         true,
                         true}};
  declaration.parameters = mainParameters();
  for (const auto& part : {ridgeParameters(), networkParameters()}) {
    declaration.parameters.insert(declaration.parameters.end(), part.begin(), part.end());
  }
  declaration.outputs = outputsOf();
  declaration.metrics = metricsOf();
  return declaration;
}

// The rows of a fit and where they went.
struct Split {
  std::vector<std::size_t> train;  // indices into the complete rows
  std::vector<std::size_t> test;
};

Split splitRows(std::size_t rows, double share, std::uint64_t seed) {
  Split split;
  split.test = heldOutRows(rows, share, seed);
  auto next = split.test.begin();
  for (std::size_t row = 0; row < rows; ++row) {
    if (next != split.test.end() && *next == row) {
      ++next;
    } else {
      split.train.push_back(row);
    }
  }
  return split;
}

// Per row of the table; NaN stands for what does not exist.
struct RowValues {
  explicit RowValues(std::size_t rows) : values(rows, std::nan("")) {}
  std::vector<double> values;

  Column column(std::string name, std::string unit = {}) && {
    std::vector<std::uint8_t> missing(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) missing[i] = std::isnan(values[i]);
    return Column(std::move(name), std::move(values), std::move(missing), std::move(unit));
  }
};

Column partColumn(const RegressionData& data, const Split& split, std::size_t table_rows) {
  std::vector<const char*> parts(table_rows, "left out");
  for (const std::size_t row : split.train) parts[data.source_rows[row]] = "train";
  for (const std::size_t row : split.test) parts[data.source_rows[row]] = "test";
  TextBuilder words;
  for (const char* part : parts) words.add(part);
  return Column("part", words.finish());
}

Table predictionTable(const Table& table, const RegressionData& data, const Split& split,
                      const RegressionFit& fit, const std::vector<double>& predicted) {
  std::vector<std::int64_t> numbers(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    numbers[row] = static_cast<std::int64_t>(row + 1);
  }
  RowValues measured(0), residual(table.rows()), values(0);
  measured.values = table.require(data.target).numbers();
  values.values = predicted;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    residual.values[row] = measured.values[row] - predicted[row];
  }
  std::vector<Column> columns{Column("row", std::move(numbers)),
                              std::move(measured).column("measured", data.target_unit),
                              std::move(values).column("predicted", data.target_unit),
                              std::move(residual).column("residual", data.target_unit),
                              partColumn(data, split, table.rows())};
  if (fit.influence) {
    const auto add = [&](const char* name, const std::vector<double>& of_train) {
      RowValues all(table.rows());
      for (std::size_t i = 0; i < split.train.size(); ++i) {
        all.values[data.source_rows[split.train[i]]] = of_train[i];
      }
      columns.push_back(std::move(all).column(name));
    };
    add("leverage", fit.influence->leverage);
    add("studentised_residual", fit.influence->studentised);
    add("cooks_distance", fit.influence->cooks_distance);
  }
  return Table(std::move(columns));
}

Series::Curve curveOf(const char* name, const RegressionData& data,
                      const std::vector<std::size_t>& rows, const std::vector<double>& predicted) {
  std::vector<double> x, y;
  std::vector<std::uint64_t> source;
  for (const std::size_t row : rows) {
    x.push_back(data.targets[row]);
    y.push_back(predicted[data.source_rows[row]]);
    source.push_back(data.source_rows[row]);
  }
  return {name, std::move(x), std::move(y), Series::Style::points, std::move(source)};
}

Series predictedMeasured(const RegressionData& data, const Split& split,
                         const std::vector<double>& predicted) {
  Series series;
  series.title = "Predicted against measured";
  series.x = {"Measured " + data.target, data.target_unit, false};
  series.y = {"Predicted " + data.target, data.target_unit, false};
  series.curves.push_back(curveOf("Training rows", data, split.train, predicted));
  if (!split.test.empty()) {
    series.curves.push_back(curveOf("Held-out rows", data, split.test, predicted));
  }
  series.identity_line = true;
  return series;
}

Scores scoresOfRows(const RegressionData& data, const std::vector<std::size_t>& rows,
                    const std::vector<double>& predicted) {
  std::vector<double> measured, values;
  for (const std::size_t row : rows) {
    measured.push_back(data.targets[row]);
    values.push_back(predicted[data.source_rows[row]]);
  }
  return scoresOf(measured, values);
}

void addScores(const RegressionData& data, const Split& split, std::size_t table_rows,
               const std::vector<double>& predicted, std::map<std::string, double>& metrics) {
  const Scores train = scoresOfRows(data, split.train, predicted);
  const Scores scores = split.test.empty() ? train : scoresOfRows(data, split.test, predicted);
  metrics.insert({{"r2", scores.r2},
                  {"mae", scores.mae},
                  {"rmse", scores.rmse},
                  {"r2_train", train.r2},
                  {"mae_train", train.mae},
                  {"rmse_train", train.rmse},
                  {"rows_used", static_cast<double>(data.count())},
                  {"rows_left_out", static_cast<double>(table_rows - data.count())},
                  {"rows_train", static_cast<double>(split.train.size())},
                  {"rows_test", static_cast<double>(split.test.size())},
                  {"features", static_cast<double>(data.width())}});
}

std::string_view modelTitle(const Declaration& declaration, const std::string& value) {
  for (const auto& choice : declaration.findParameter("model")->choices) {
    if (choice.value == value) return choice.title;
  }
  return value;
}

// A value with its unit, where it has one.
std::string quantity(double value, const std::string& unit) {
  return fmt::format("{:.4g}{}{}", value, unit.empty() ? "" : " ", unit);
}

Note summaryNote(const RegressionData& data, const RegressionFit& fit, std::string_view title) {
  const auto metric = [&](const char* id) { return fit.metrics.at(id); };
  const bool held_out = metric("rows_test") > 0;
  std::string text =
      fmt::format("**{}** of *{}* on {} features, fitted to {} rows.\n\n", title, data.target,
                  data.width(), countText(static_cast<std::uint64_t>(metric("rows_train"))));
  text += held_out ? "| | held-out rows | fitted rows |\n|---|---|---|\n"
                   : "| | fitted rows |\n|---|---|\n";
  const auto line = [&](const char* name, const char* id, const std::string& unit) {
    text += fmt::format("| {} | {} |", name, quantity(metric(id), unit));
    if (held_out)
      text += fmt::format(" {} |", quantity(fit.metrics.at(std::string(id) + "_train"), unit));
    text += "\n";
  };
  line("R²", "r2", "");
  line("Mean absolute error", "mae", data.target_unit);
  line("Root mean squared error", "rmse", data.target_unit);
  if (!held_out) {
    text +=
        "\nNo rows were held out: these scores are those of the fitted rows and say little "
        "about new ones.\n";
  }
  if (metric("rows_left_out") > 0) {
    text += fmt::format("\n{} rows with missing values were left out.\n",
                        countText(static_cast<std::uint64_t>(metric("rows_left_out"))));
  }
  if (!fit.remark.empty()) text += "\n" + fit.remark + "\n";
  return {"Fit of " + data.target, std::move(text)};
}

Data inputTable(const Inputs& inputs) {
  if (inputs.all("data").size() == 1) return inputs.one("data");
  std::vector<Table> tables;
  for (const Data& data : inputs.all("data")) tables.push_back(data.require<Table>());
  // Joined rows are still those of the first table.
  return Data(joinColumns(tables), inputs.one("data").origin());
}

class TableRegress : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const Data given = inputTable(inputs);
    const Table& table = given.require<Table>();
    const RegressionData data =
        regressionData(table, parameters.text("target"), parameters.list("features"), context);
    const Split split = splitRows(data.count(), parameters.real("test_share"), context.seed);
    if (split.test.empty()) context.warn("No rows were held out: the scores are of fitted rows");
    RegressionFit fit =
        fitRegression(data.gather(split.train), parameters, context.part(0.05, 0.9));
    context.checkpoint(0.9, "Predicting");
    std::vector<double> predicted(table.rows());
    fit.model.predictor->predict(featureMatrix(fit.model, table, context), predicted, context);
    addScores(data, split, table.rows(), predicted, fit.metrics);
    return outputs(given, data, split, fit, predicted,
                   modelTitle(declaration_, parameters.text("model")));
  }

 private:
  static Outputs outputs(const Data& given, const RegressionData& data, const Split& split,
                         const RegressionFit& fit, const std::vector<double>& predicted,
                         std::string_view title) {
    Outputs out;
    const std::string& origin = given.origin();
    out.add("model", Data(fit.model));
    out.add("predictions",
            Data(predictionTable(given.require<Table>(), data, split, fit, predicted), origin));
    out.add("diagnostics", Data(fit.diagnostics));
    out.add("summary", Data(summaryNote(data, fit, title)));
    out.add("predicted_measured", Data(predictedMeasured(data, split, predicted), origin));
    out.add(
        "figure_predicted_measured",
        Data(FigureSpec{
            "series", "predicted_measured", fmt::format("Predicted against measured: {}", title),
            fmt::format("{} of {}: R² = {:.3f} on {} rows.", title, data.target,
                        fit.metrics.at("r2"), split.test.empty() ? "the fitted" : "held-out")}));
    if (fit.model.type != "mlp") {
      out.add("figure_coefficients",
              Data(FigureSpec{"model", "model", fmt::format("Coefficients: {}", title),
                              fmt::format("{} of {}.", title, data.target)}));
    }
    if (fit.learning_curve) {
      out.add("learning_curve", Data(*fit.learning_curve));
      out.add("figure_learning_curve",
              Data(FigureSpec{"series", "learning_curve", fmt::format("Learning curve: {}", title),
                              "Mean squared error of the scaled target over the epochs."}));
    }
    out.metrics = fit.metrics;
    return out;
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeTableRegress() {
  return std::make_unique<TableRegress>();
}

}  // namespace lineament
