// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/explain_shap.h"

#include <QtTest>
#include <cmath>
#include <numeric>

#include "core/analyses/all.h"
#include "core/analyses/pile_table.h"
#include "core/analysis/run.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult runOf(const std::string& id, const Inputs& inputs, const Settings& settings) {
  const Analysis& analysis = allAnalyses().require(id);
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     {});
}

Data fitted(const Table& table, const std::string& model) {
  Inputs inputs;
  inputs.add("data", Data(table));
  return *runOf("table.regress", inputs, {{"target", "PPV"}, {"model", model}})
              .outputs.find("model");
}

RunResult explained(const Data& model, const Table& table, const Settings& settings) {
  Inputs inputs;
  inputs.add("model", model);
  inputs.add("data", Data(table, "source-4"));
  return runOf("explain.shap", inputs, settings);
}

// f = x1 x2 + 2 x3 - x1 x3 as a model that only its predictor knows.
class Worked : public Predictor {
 public:
  std::size_t featureCount() const override { return 3; }
  std::size_t outputCount() const override { return 1; }
  void predict(std::span<const double> rows, std::span<double> out, const Context&) const override {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double* x = &rows[3 * i];
      out[i] = x[0] * x[1] + 2 * x[2] - x[0] * x[2];
    }
  }
};

Data workedModel() {
  Model model;
  model.type = "worked";
  model.features = {{"a", "", {}}, {"b", "", {}}, {"c", "", {}}};
  model.target = "f";
  model.predictor = std::make_shared<Worked>();
  return Data(model);
}

Table columnsOf(std::vector<double> a, std::vector<double> b, std::vector<double> c) {
  return Table({Column("a", std::move(a)), Column("b", std::move(b)), Column("c", std::move(c))});
}

}  // namespace

class ExplainShapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theWorkedExample() {
    Inputs inputs;
    inputs.add("model", workedModel());
    inputs.add("data", Data(columnsOf({1}, {2}, {3})));
    inputs.add("background", Data(columnsOf({0, 1, 2}, {0, 1, 0}, {0, 1, 1})));
    for (const char* method : {"auto", "exact", "kernel"}) {
      const RunResult result = runOf("explain.shap", inputs, {{"method", method}});
      QVERIFY2(!result.error, result.error ? result.error->what() : "");
      const auto& explanation = result.outputs.find("explanation")->require<Explanation>();
      QVERIFY(std::abs(explanation.base_value - 2.0 / 3) < 1e-12);
      QVERIFY(std::abs(explanation.value(0, 0) - 1.0 / 6) < 1e-12);
      QVERIFY(std::abs(explanation.value(0, 1) - 5.0 / 3) < 1e-12);
      QVERIFY(std::abs(explanation.value(0, 2) - 2.5) < 1e-12);
      QVERIFY(result.outputs.metrics.at("additivity_error") < 1e-12);
    }
  }

  void everyMethodAgreesOnALinearModel() {
    const Table table = pileTable(1, 120);
    const Data model = fitted(table, "ols");
    const auto valuesBy = [&](const char* method) {
      const RunResult result = explained(model, table, {{"method", method}, {"rows", "6"}});
      if (result.error) return std::vector<double>{};
      const auto& values = result.outputs.find("explanation")->require<Explanation>().values;
      return std::vector<double>(values.begin(), values.end());
    };
    const auto closed = valuesBy("auto"), exact = valuesBy("exact"), kernel = valuesBy("kernel");
    QCOMPARE(closed.size(), std::size_t(6 * 7));
    for (std::size_t i = 0; i < closed.size(); ++i) {
      QVERIFY(std::abs(closed[i] - exact[i]) < 1e-10);
      QVERIFY(std::abs(closed[i] - kernel[i]) < 1e-10);
    }
  }

  void valuesAddUpToWhatPredictSays() {
    const Table table = pileTable(2, 200);
    const Data model = fitted(table, "ridge");
    for (const char* method : {"auto", "exact", "kernel"}) {
      const RunResult result =
          explained(model, table, {{"method", method}, {"rows", "20"}, {"background_rows", "10"}});
      QVERIFY(result.outputs.metrics.at("additivity_error") < 1e-8);
      Inputs inputs;
      inputs.add("model", model);
      inputs.add("data", Data(table));
      const Table predicted =
          runOf("table.predict", inputs, {}).outputs.find("predictions")->require<Table>();
      const auto& explanation = result.outputs.find("explanation")->require<Explanation>();
      for (std::size_t row = 0; row < explanation.rows(); ++row) {
        double sum = explanation.base_value;
        for (std::size_t j = 0; j < 7; ++j) sum += explanation.value(row, j);
        const double f = predicted.require("predicted").number(explanation.source_rows[row]);
        QVERIFY(std::abs(sum - f) < 1e-9);
      }
    }
  }

  void rowsWithGapsAreLeftOutAndNumberedRight() {
    Table table = pileTable(3, 60);
    const Data model = fitted(table, "ols");
    std::vector<std::uint8_t> missing(60);
    missing[0] = missing[10] = 1;
    table = table.with(Column("distance", table.require("distance").numbers(), missing, "m"));
    const RunResult result = explained(model, table, {});
    const Data& data = *result.outputs.find("explanation");
    const auto& explanation = data.require<Explanation>();
    QCOMPARE(data.origin(), std::string("source-4"));
    QCOMPARE(explanation.rows(), std::size_t(58));
    QCOMPARE(explanation.source_rows[0], std::uint64_t(1));
    QCOMPARE(explanation.data.rows(), std::size_t(58));
    QCOMPARE(explanation.data.require("axis").text(0), table.require("axis").text(1));
    QCOMPARE(result.outputs.metrics.at("rows_left_out"), 2.0);
  }

  void figuresShowTheExplanation() {
    const Table table = pileTable(4, 50);
    const RunResult result =
        explained(fitted(table, "ols"), table, {{"max_display", "5"}, {"waterfall_row", "7"}});
    const auto& waterfall = result.outputs.find("figure_waterfall")->require<FigureSpec>();
    QCOMPARE(waterfall.options.at("row").get<int>(), 6);
    QCOMPARE(waterfall.options.at("max_display").get<int>(), 5);
    for (const char* id : {"figure_beeswarm", "figure_bar", "figure_waterfall"}) {
      QCOMPARE(result.outputs.find(id)->require<FigureSpec>().data, std::string("explanation"));
    }
    const RunResult largest = explained(fitted(table, "ols"), table, {});
    const auto& explanation = largest.outputs.find("explanation")->require<Explanation>();
    const auto row = largest.outputs.find("figure_waterfall")
                         ->require<FigureSpec>()
                         .options.at("row")
                         .get<std::size_t>();
    for (const double value : explanation.predictions) {
      QVERIFY(value <= explanation.predictions[row]);
    }
  }

  void importanceIsInOrderAndSumsToOne() {
    const Table table = pileTable(5, 300);
    const RunResult result = explained(fitted(table, "ols"), table, {});
    const Table& importance = result.outputs.find("importance")->require<Table>();
    const std::vector<double> shares = importance.require("share").numbers();
    QVERIFY(std::is_sorted(shares.rbegin(), shares.rend()));
    QVERIFY(std::abs(std::accumulate(shares.begin(), shares.end(), 0.0) - 1) < 1e-12);
    QCOMPARE(importance.require("feature").text(0), std::string("distance"));
  }

  void badInputIsNamed() {
    const Table table = pileTable(6, 40);
    const Data model = fitted(table, "ols");
    const auto key = [](const RunResult& result) {
      return result.error ? result.error->key() : std::string("none");
    };
    QCOMPARE(key(explained(model, table.select({"distance", "axis"}), {})),
             std::string("model.columns"));
    QCOMPARE(key(explained(model, table.slice(0, 0), {})), std::string("explain.no_rows"));
    QCOMPARE(key(explained(model, table, {{"method", "kernel"}, {"samples", "3"}})),
             std::string("explain.samples"));
    Model strange;
    strange.type = "forest";
    QCOMPARE(key(explained(Data(strange), table, {})), std::string("model.unknown_type"));
  }

  void manyBackgroundRowsAreWarnedOf() {
    const Table table = pileTable(7, 150);
    const RunResult result = explained(fitted(table, "ols"), table, {{"background_rows", "150"}});
    bool warned = false;
    for (const auto& line : result.record.log) {
      warned |= line.line.find("150 background rows") != std::string::npos;
    }
    QVERIFY(warned);
    const RunResult clustered = explained(
        fitted(table, "ols"), table, {{"background_rows", "8"}, {"background_summary", "kmeans"}});
    QCOMPARE(clustered.outputs.metrics.at("background_rows"), 8.0);
    QVERIFY(clustered.outputs.metrics.at("additivity_error") < 1e-8);
  }
};

QTEST_APPLESS_MAIN(ExplainShapTest)
#include "explain_shap_test.moc"
