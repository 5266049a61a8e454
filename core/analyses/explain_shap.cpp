// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/explain_shap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/analyses/model_rows.h"
#include "core/analyses/predictors.h"
#include "core/base/random.h"
#include "core/explain/exact_shap.h"
#include "core/explain/kernel_shap.h"
#include "core/explain/linear_shap.h"

namespace lineament {

namespace {

constexpr ErrorText kNoRows{"explain.no_rows", "Explain the model's predictions",
                            "no row of the {what} has a value in every column of the model", "",
                            "Fill the missing values in, or choose another table"};

constexpr std::size_t kExactByDefault =
    12;  // varying features up to which all coalitions are cheap
constexpr std::size_t kBackgroundInPractice = 100;
constexpr double kAdditive = 1e-8;  // what additivity_error stays under
constexpr std::uint64_t kRowStream = 31;

std::vector<Parameter> parametersOf() {
  using Type = Parameter::Type;
  return {
      {.id = "method",
       .title = "Method",
       .type = Type::choice,
       .fallback = std::string("auto"),
       .help = "How the values are computed",
       .choices = {{"auto", "Automatic",
                    "In closed form for linear models, exact up to 12 varying features, by the "
                    "kernel above"},
                   {"exact", "Exact", "All coalitions of features, at most 16 that vary"},
                   {"kernel", "Kernel SHAP", "A weighted regression on sampled coalitions"}}},
      {.id = "samples",
       .title = "Coalitions per row",
       .type = Type::integer,
       .fallback = std::int64_t{0},
       .help = "How many coalitions the kernel method samples; 0: 2 M + 2048 for M features",
       .lowest = 0,
       .highest = 10'000'000,
       .advanced = true},
      {.id = "rows",
       .title = "Rows explained at most",
       .type = Type::integer,
       .fallback = std::int64_t{0},
       .help = "More rows than this are sampled with the run's seed; 0: all rows",
       .lowest = 0,
       .highest = 1e9},
      {.id = "background_rows",
       .title = "Background rows",
       .type = Type::integer,
       .fallback = std::int64_t{100},
       .help = "How many rows stand for absent features; the cost grows with them",
       .lowest = 1,
       .highest = 100'000},
      {.id = "background_summary",
       .title = "Background chosen by",
       .type = Type::choice,
       .fallback = std::string("sample"),
       .help = "How a longer background is shortened",
       .choices = {{"sample", "Random sample", "Rows drawn with the run's seed"},
                   {"kmeans", "k-means", "Weighted cluster centres, moved to values that occur"}},
       .advanced = true},
      {.id = "max_display",
       .title = "Features shown",
       .type = Type::integer,
       .fallback = std::int64_t{10},
       .help = "How many features the figures show; the rest is summed in one line",
       .lowest = 1,
       .highest = 200},
      {.id = "waterfall_row",
       .title = "Row of the waterfall",
       .type = Type::integer,
       .fallback = std::int64_t{0},
       .help = "The row of the table, from 1, that the waterfall figure shows; 0: the explained "
               "row with the largest prediction",
       .lowest = 0,
       .highest = 1e15,
       .advanced = true},
  };
}

Declaration declare() {
  Declaration declaration;
  declaration.id = "explain.shap";
  declaration.title = "Explain with SHAP values";
  declaration.summary =
      "Splits each prediction into one contribution per feature: the Shapley values of the game "
      "in which absent features take the values of background rows. The contributions and the "
      "base value, the mean prediction over the background, add up to the prediction.";
  declaration.source =
      "Lundberg and Lee (2017), A unified approach to interpreting model predictions; Shapley "
      "(1953), A value for n-person games; Covert and Lee (2021), Improving KernelSHAP";
  declaration.inputs = {modelInput(),
                        scalersInput(),
                        {"data", "Table", {Kind::table}, "The rows to explain"},
                        {"background",
                         "Background",
                         {Kind::table},
                         "Rows that stand for what is usual; the table itself when left out",
                         false,
                         false}};
  declaration.parameters = parametersOf();
  declaration.outputs = {
      {"explanation", Kind::explanation, "SHAP values", "One value per row and feature"},
      {"importance", Kind::table, "Importance",
       "Features by descending mean |SHAP value|: mean |SHAP|, mean SHAP, share of the sum"},
      {"figure_beeswarm", Kind::figure, "Figure: beeswarm", ""},
      {"figure_bar", Kind::figure, "Figure: mean |SHAP value|", ""},
      {"figure_waterfall", Kind::figure, "Figure: waterfall of one row", ""}};
  declaration.metrics = {
      {"additivity_error", "Additivity error", "",
       "max |base + sum of values - f(x)| over the range of f on the explained rows (with the "
       "background's where that is zero); f(x) is predicted anew"},
      {"base_value", "Base value", "target", "Mean prediction over the background"},
      {"rows_explained", "Rows explained", "", ""},
      {"rows_left_out", "Rows left out", "", "Rows with missing values or unknown levels"},
      {"background_rows", "Background rows", "", "After summarising"},
      {"varying_features", "Varying features", "",
       "The most features in which an explained row differs from the background"},
      {"model_rows", "Model rows", "", "How many rows the model was asked for"}};
  return declaration;
}

// What is explained against what.
struct Task {
  Model model;
  ModelRows explained;
  std::size_t rows_left_out = 0;
  explain::Background background;
  std::size_t varying = 0;

  std::size_t width() const { return model.features.size(); }
};

explain::Background backgroundFor(const Inputs& inputs, const Model& model, const ModelRows& data,
                                  const Parameters& parameters, const Context& context) {
  ModelRows other;
  if (inputs.has("background")) {
    other = modelRows(model, inputs.get<Table>("background"), "background", context);
    if (other.rows.empty()) throw Error(kNoRows, {{"what", "background"}});
  }
  const ModelRows& rows = inputs.has("background") ? other : data;
  const auto limit = static_cast<std::size_t>(parameters.integer("background_rows"));
  if (std::min(limit, rows.rows.size()) > kBackgroundInPractice) {
    context.warn(fmt::format("{} background rows: {} are customary, and the time grows with them",
                             std::min(limit, rows.rows.size()), kBackgroundInPractice));
  }
  const std::size_t width = model.features.size();
  return parameters.text("background_summary") == "kmeans"
             ? explain::clusteredBackground(rows.matrix, width, limit, context)
             : explain::sampledBackground(rows.matrix, width, limit, context);
}

// At most `limit` of the rows (0: all), drawn from the seed, in the table's order.
void limitRows(std::size_t limit, std::size_t width, const Context& context, ModelRows& rows) {
  if (limit == 0 || rows.rows.size() <= limit) return;
  ModelRows few;
  for (const std::size_t i :
       Random(context.seed).split(kRowStream).sample(rows.rows.size(), limit)) {
    few.rows.push_back(rows.rows[i]);
    few.matrix.insert(few.matrix.end(), rows.matrix.begin() + i * width,
                      rows.matrix.begin() + (i + 1) * width);
  }
  context.note(fmt::format("{} of {} rows are explained", limit, rows.rows.size()));
  rows = std::move(few);
}

Task prepared(const Inputs& inputs, const Parameters& parameters, const Context& context) {
  Task task;
  task.model = modelFrom(inputs, context);
  const Table& table = inputs.get<Table>("data");
  task.explained = modelRows(task.model, table, "data", context);
  if (task.explained.rows.empty()) throw Error(kNoRows, {{"what", "data"}});
  task.rows_left_out = table.rows() - task.explained.rows.size();
  task.background =
      backgroundFor(inputs, task.model, task.explained, parameters, context.part(0, 0.05));
  limitRows(static_cast<std::size_t>(parameters.integer("rows")), task.width(), context,
            task.explained);
  for (std::size_t i = 0; i < task.explained.rows.size(); ++i) {
    if (i % 256 == 0 && context.stopRequested()) throw Cancelled{};
    const double* row = task.explained.matrix.data() + i * task.width();
    task.varying = std::max(task.varying, explain::varyingFeatures(row, task.background).size());
  }
  return task;
}

bool linearModel(const Model& model) {
  return model.type == "ols" || model.type == "ridge";
}

std::string methodFor(const Task& task, const std::string& wished) {
  if (wished != "auto") return wished;
  if (linearModel(task.model)) return "linear";
  return task.varying <= kExactByDefault ? "exact" : "kernel";
}

explain::Attributions attributed(const Task& task, const std::string& method, std::size_t samples,
                                 const Context& context) {
  const std::vector<double>& rows = task.explained.matrix;
  if (method == "linear") {
    return explain::linearShap(task.model, task.background, rows, context);
  }
  if (method == "exact") {
    return explain::exactShap(*task.model.predictor, task.background, rows, context);
  }
  return explain::kernelShap(*task.model.predictor, task.background, rows, samples, context);
}

// The range of f over the explained rows; over the background's too where that is zero (a single
// row); 1 for a model that is constant on both.
double outputRange(const Task& task, const std::vector<double>& predictions,
                   const Context& context) {
  const auto [low, high] = std::minmax_element(predictions.begin(), predictions.end());
  if (*high > *low) return *high - *low;
  std::vector<double> usual(task.background.count());
  task.model.predictor->predict(task.background.rows, usual, context);
  const auto [least, most] = std::minmax_element(usual.begin(), usual.end());
  const double range = std::max(*high, *most) - std::min(*low, *least);
  return range > 0 ? range : 1;
}

double additivityError(const explain::Attributions& made, const std::vector<double>& predictions,
                       double range) {
  const std::size_t width = made.values.size() / predictions.size();
  double worst = 0;
  for (std::size_t row = 0; row < predictions.size(); ++row) {
    const double* values = made.values.data() + row * width;
    const double sum = std::accumulate(values, values + width, made.base_value);
    worst = std::max(worst, std::abs(sum - predictions[row]));
  }
  return worst / range;
}

Explanation explanationOf(const Task& task, const Table& table, std::string method,
                          explain::Attributions made, const Context& context) {
  // f(x) by the predictor's ordinary call, which knows nothing of coalitions.
  std::vector<double> predictions(task.explained.rows.size());
  task.model.predictor->predict(task.explained.matrix, predictions, context);
  Explanation explanation;
  explanation.method = std::move(method);
  explanation.output_name = task.model.target;
  explanation.output_unit = task.model.target_unit;
  for (const Feature& feature : task.model.features) explanation.features.push_back(feature.name);
  explanation.base_value = made.base_value;
  explanation.additivity_error =
      additivityError(made, predictions, outputRange(task, predictions, context));
  explanation.values = std::move(made.values);
  explanation.predictions = std::move(predictions);
  explanation.data = Table(featureColumns(task.model, table)).gather(task.explained.rows);
  explanation.source_rows =
      std::vector<std::uint64_t>(task.explained.rows.begin(), task.explained.rows.end());
  return explanation;
}

Table importanceTable(const Explanation& explanation) {
  const std::vector<double> means = meanAbsoluteValues(explanation);
  const double total = std::accumulate(means.begin(), means.end(), 0.0);
  TextBuilder names;
  std::vector<double> absolute, signed_means, shares;
  for (const std::size_t j : importanceOrder(explanation)) {
    double sum = 0;
    for (std::size_t row = 0; row < explanation.rows(); ++row) sum += explanation.value(row, j);
    names.add(explanation.features[j]);
    absolute.push_back(means[j]);
    signed_means.push_back(sum / static_cast<double>(explanation.rows()));
    shares.push_back(total > 0 ? means[j] / total : 0);
  }
  const SharedArray<std::uint8_t> all_there;
  const std::string& unit = explanation.output_unit;
  return Table({Column("feature", names.finish()),
                Column("mean_abs_shap", std::move(absolute), all_there, unit),
                Column("mean_shap", std::move(signed_means), all_there, unit),
                Column("share", std::move(shares))});
}

// The explained row a waterfall shows: the wanted row of the table, or the largest prediction.
std::size_t waterfallRow(const Explanation& explanation, std::int64_t wanted,
                         const Context& context) {
  const auto& source = explanation.source_rows;
  if (wanted > 0) {
    const auto at = std::find(source.begin(), source.end(), static_cast<std::uint64_t>(wanted - 1));
    if (at != source.end()) return static_cast<std::size_t>(at - source.begin());
    context.warn(
        fmt::format("Row {} is not among the explained ones; the waterfall shows the row "
                    "with the largest prediction",
                    wanted));
  }
  const auto& predictions = explanation.predictions;
  return static_cast<std::size_t>(std::max_element(predictions.begin(), predictions.end()) -
                                  predictions.begin());
}

void addFigures(const Explanation& explanation, const Parameters& parameters,
                const Context& context, Outputs& out) {
  const nlohmann::json shown{{"max_display", parameters.integer("max_display")}};
  const std::string of = explanation.output_name.empty() ? "the model" : explanation.output_name;
  out.add("figure_beeswarm", Data(FigureSpec{"beeswarm", "explanation", "SHAP values of " + of,
                                             fmt::format("{} rows, {} method; one dot is one row.",
                                                         explanation.rows(), explanation.method),
                                             shown}));
  out.add("figure_bar", Data(FigureSpec{"bar", "explanation", "Importance for " + of,
                                        "Mean absolute SHAP value of each feature.", shown}));
  nlohmann::json one = shown;
  const std::size_t row = waterfallRow(explanation, parameters.integer("waterfall_row"), context);
  one["row"] = row;
  out.add("figure_waterfall",
          Data(FigureSpec{"waterfall", "explanation",
                          fmt::format("Row {} of the table", explanation.source_rows[row] + 1),
                          "From the mean prediction over the background to this row's.", one}));
}

class ExplainShap : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const Task task = prepared(inputs, parameters, context);
    std::string method = methodFor(task, parameters.text("method"));
    context.note(fmt::format("Method: {}, {} background rows, up to {} varying features", method,
                             task.background.count(), task.varying));
    explain::Attributions made =
        attributed(task, method, static_cast<std::size_t>(parameters.integer("samples")),
                   context.part(0.05, 0.97));
    const std::uint64_t model_rows = made.model_rows;
    const Explanation explanation =
        explanationOf(task, inputs.get<Table>("data"), std::move(method), std::move(made), context);
    if (!(explanation.additivity_error < kAdditive)) {
      context.warn(fmt::format("The values miss the predictions by {:.3g} of their range",
                               explanation.additivity_error));
    }
    Outputs out;
    out.add("explanation", Data(explanation, inputs.one("data").origin()));
    out.add("importance", Data(importanceTable(explanation)));
    addFigures(explanation, parameters, context, out);
    out.metrics = {{"additivity_error", explanation.additivity_error},
                   {"base_value", explanation.base_value},
                   {"rows_explained", static_cast<double>(explanation.rows())},
                   {"rows_left_out", static_cast<double>(task.rows_left_out)},
                   {"background_rows", static_cast<double>(task.background.count())},
                   {"varying_features", static_cast<double>(task.varying)},
                   {"model_rows", static_cast<double>(model_rows)}};
    return out;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeExplainShap() {
  return std::make_unique<ExplainShap>();
}

}  // namespace lineament
