// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/table_regress.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <set>

#include "core/analyses/all.h"
#include "core/analysis/run.h"
#include "core/base/random.h"

using namespace lineament;

namespace {

Column real(std::string name, std::vector<double> values, std::vector<std::uint8_t> missing = {}) {
  return Column(std::move(name), std::move(values), std::move(missing));
}

Column text(std::string name, const std::vector<std::string>& words) {
  TextBuilder builder;
  for (const std::string& word : words) builder.add(word);
  return Column(std::move(name), builder.finish());
}

// y = 3 + 2 a - b + (0 or 4 by place) + noise.
Table knownTable(std::size_t rows, double noise, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<double> a, b, y;
  std::vector<std::string> place;
  for (std::size_t i = 0; i < rows; ++i) {
    a.push_back(random.normal());
    b.push_back(random.uniform(0, 10));
    place.push_back(random.below(2) ? "far" : "near");
    y.push_back(3 + 2 * a[i] - b[i] + (place[i] == "far" ? 4 : 0) + noise * random.normal());
  }
  return Table({real("a", a), real("b", b), text("place", place), real("y", y)});
}

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult runOn(const Table& table, const Settings& settings) {
  const Analysis& analysis = allAnalyses().require("table.regress");
  Inputs inputs;
  inputs.add("data", Data(table, "source-1"));
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     {});
}

std::string keyOf(const Table& table, const Settings& settings) {
  const RunResult result = runOn(table, settings);
  return result.error ? result.error->key() : "none";
}

bool warned(const RunResult& result, const std::string& part) {
  for (const auto& line : result.record.log) {
    if (line.severity == Context::Severity::warning && line.line.find(part) != std::string::npos) {
      return true;
    }
  }
  return false;
}

double cell(const Table& table, std::size_t row, const std::string& column) {
  return table.require(column).number(row);
}

}  // namespace

class TableRegressTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void findsTheLawOfACleanTable() {
    const RunResult result = runOn(knownTable(200, 0), {{"target", "y"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    QVERIFY(result.outputs.metrics.at("r2") > 1 - 1e-12);
    const Table& terms = result.outputs.find("diagnostics")->require<Table>();
    QCOMPARE(terms.rows(), std::size_t(4));
    QVERIFY(std::abs(cell(terms, 1, "coefficient") - 2) < 1e-12);
    QVERIFY(std::abs(cell(terms, 2, "coefficient") + 1) < 1e-12);
    QVERIFY(std::abs(std::abs(cell(terms, 3, "coefficient")) - 4) < 1e-12);
  }

  void everyRowOfTheTableHasItsPrediction() {
    Table table = knownTable(100, 0.5);
    std::vector<std::uint8_t> missing(100);
    missing[7] = missing[50] = 1;
    table = table.with(real("a", table.require("a").numbers(), missing));
    const RunResult result = runOn(table, {{"target", "y"}, {"test_share", "0.25"}});
    const Data& predictions = *result.outputs.find("predictions");
    const Table& rows = predictions.require<Table>();
    QCOMPARE(predictions.origin(), std::string("source-1"));
    QCOMPARE(rows.rows(), std::size_t(100));
    int train = 0, test = 0;
    double absolute = 0;
    for (std::size_t i = 0; i < 100; ++i) {
      QCOMPARE(cell(rows, i, "row"), double(i + 1));
      const std::string part = rows.require("part").text(i);
      if (missing[i]) QCOMPARE(part, std::string("left out"));
      if (missing[i]) QVERIFY(rows.require("predicted").missing(i));
      train += part == "train";
      if (part != "test") continue;
      ++test;
      QVERIFY(rows.require("leverage").missing(i));
      absolute += std::abs(cell(rows, i, "measured") - cell(rows, i, "predicted"));
    }
    QCOMPARE(test, 25);  // a quarter of 98, rounded
    QCOMPARE(train, 73);
    QCOMPARE(result.outputs.metrics.at("rows_left_out"), 2.0);
    QVERIFY(std::abs(result.outputs.metrics.at("mae") - absolute / test) < 1e-12);
    QVERIFY(warned(result, "2 of 100 rows left out"));
  }

  void sameSeedSameBytes() {
    const RunResult one = runOn(knownTable(80, 1), {{"target", "y"}});
    const RunResult two = runOn(knownTable(80, 1), {{"target", "y"}});
    QVERIFY(one.outputs.metrics == two.outputs.metrics);
  }

  void nothingHeldOutIsSaid() {
    const RunResult result = runOn(knownTable(50, 1), {{"target", "y"}, {"test_share", "0"}});
    QCOMPARE(result.outputs.metrics.at("r2"), result.outputs.metrics.at("r2_train"));
    QVERIFY(warned(result, "No rows were held out"));
    const Note& note = result.outputs.find("summary")->require<Note>();
    QVERIFY(note.markdown.find("No rows were held out") != std::string::npos);
  }

  void ridgeChoosesOrTakesItsPenalty() {
    const RunResult chosen = runOn(knownTable(60, 1), {{"target", "y"}, {"model", "ridge"}});
    QVERIFY(chosen.outputs.metrics.at("lambda") > 0);
    const RunResult given =
        runOn(knownTable(60, 1), {{"target", "y"}, {"model", "ridge"}, {"lambda", "3.5"}});
    QCOMPARE(given.outputs.metrics.at("lambda"), 3.5);
    QCOMPARE(given.outputs.find("model")->require<Model>().type, std::string("ridge"));
  }

  void aNetworkLearnsTheLawAndShowsHow() {
    const RunResult result =
        runOn(knownTable(400, 0.1),
              {{"target", "y"}, {"model", "mlp"}, {"hidden", "16, 8"}, {"epochs", "200"}});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    QVERIFY(result.outputs.metrics.at("r2") > 0.98);
    const Series& curve = result.outputs.find("learning_curve")->require<Series>();
    QVERIFY(curve.curves.size() >= 2);
    QCOMPARE(result.outputs.find("diagnostics")->require<Table>().rows(), curve.curves[0].x.size());
    QCOMPARE(result.outputs.find("figure_learning_curve")->require<FigureSpec>().data,
             std::string("learning_curve"));
  }

  void misspeltLayersAreNamed() {
    const Table table = knownTable(30, 1);
    for (const char* hidden : {"64,x", "0", "64;64", "-3", "99999999999"}) {
      QCOMPARE(keyOf(table, {{"target", "y"}, {"model", "mlp"}, {"hidden", hidden}}),
               std::string("regress.hidden"));
    }
  }

  void figuresNameOutputsThatExist() {
    const RunResult result = runOn(knownTable(60, 1), {{"target", "y"}});
    int figures = 0;
    for (const auto& [id, data] : result.outputs.data) {
      const auto* figure = data.as<FigureSpec>();
      if (!figure) continue;
      ++figures;
      QVERIFY(result.outputs.find(figure->data) != nullptr);
    }
    QCOMPARE(figures, 2);
    const Series& series = result.outputs.find("predicted_measured")->require<Series>();
    QCOMPARE(series.curves.size(), std::size_t(2));
    QCOMPARE(series.curves[0].rows.size(), series.curves[0].x.size());
    QVERIFY(series.identity_line);
  }

  // Two fits side by side have to be told apart by their names.
  void figuresAreNamedAfterTheirModel() {
    std::set<std::string> titles;
    for (const char* model : {"ols", "ridge", "mlp"}) {
      const RunResult result = runOn(knownTable(60, 1), {{"target", "y"}, {"model", model}});
      int figures = 0;
      for (const auto& [id, data] : result.outputs.data) {
        const auto* figure = data.as<FigureSpec>();
        if (!figure) continue;
        ++figures;
        titles.insert(figure->title);
      }
      QCOMPARE(figures, 2);
      const Data* coefficients = result.outputs.find("figure_coefficients");
      QCOMPARE(coefficients != nullptr, std::string(model) != "mlp");
      if (coefficients) QCOMPARE(coefficients->require<FigureSpec>().view, std::string("model"));
    }
    QCOMPARE(titles.size(), std::size_t(6));
    QVERIFY(titles.contains("Predicted against measured: Ridge"));
  }

  void everyMetricIsDeclared() {
    for (const char* model : {"ols", "ridge", "mlp"}) {
      const RunResult result = runOn(knownTable(60, 1), {{"target", "y"}, {"model", model}});
      const Declaration& declaration = allAnalyses().require("table.regress").declaration();
      for (const auto& [id, value] : result.outputs.metrics) {
        QVERIFY2(std::any_of(declaration.metrics.begin(), declaration.metrics.end(),
                             [&](const Metric& metric) { return metric.id == id; }),
                 id.c_str());
      }
    }
  }

  void tablesOfOneLengthAreJoined() {
    const Table table = knownTable(60, 0);
    const Analysis& analysis = allAnalyses().require("table.regress");
    Inputs inputs;
    inputs.add("data", Data(table.select({"a", "b", "place"})));
    inputs.add("data", Data(table.select({"y"})));
    const RunResult result = runRecorded(
        analysis, inputs, Parameters::fromText(analysis.declaration(), {{"target", "y"}}), {}, {});
    QVERIFY(!result.error);
    QVERIFY(result.outputs.metrics.at("r2") > 1 - 1e-12);
  }

  void wrongCallsAreNamed() {
    const Table table = knownTable(30, 1);
    QCOMPARE(keyOf(table, {{"target", "y"}, {"features", "a,y"}}),
             std::string("regress.target_is_feature"));
    QCOMPARE(keyOf(table, {{"target", "z"}}), std::string("table.no_column"));
    QCOMPARE(keyOf(table, {{"target", "y"}, {"features", "a,q"}}), std::string("table.no_column"));
    QCOMPARE(keyOf(table, {{"target", "place"}}), std::string("regress.text_target"));
    QVERIFY(runOn(table, {{"target", "place"}}).error->cause() == Error::Cause::usage);
  }

  void tablesThatCannotBeFittedAreErrors() {
    const Table table = knownTable(30, 1);
    const std::vector<double> same(30, 4.5);
    const std::vector<std::uint8_t> all(30, 1);
    QCOMPARE(keyOf(table.with(real("y", same)), {{"target", "y"}}),
             std::string("regress.constant_target"));
    QCOMPARE(keyOf(table.with(real("y", same, all)), {{"target", "y"}}),
             std::string("regress.empty_column"));
    QCOMPARE(keyOf(table.with(real("a", same, all)), {{"target", "y"}, {"features", "a,b"}}),
             std::string("regress.empty_column"));
    QCOMPARE(keyOf(table.slice(0, 1), {{"target", "y"}}), std::string("regress.few_rows"));
    QCOMPARE(keyOf(table.slice(0, 0), {{"target", "y"}}), std::string("regress.empty_column"));
    QCOMPARE(keyOf(table.select({"y"}), {{"target", "y"}}), std::string("regress.no_features"));
    std::vector<double> infinite = table.require("b").numbers();
    infinite[11] = std::numeric_limits<double>::infinity();
    QCOMPARE(keyOf(table.with(real("b", infinite)), {{"target", "y"}}),
             std::string("regress.not_finite"));
  }

  void columnsThatCannotServeAreLeftOutWithAWarning() {
    Table table = knownTable(40, 1);
    std::vector<std::string> labels;
    for (int i = 0; i < 40; ++i) labels.push_back("sample " + std::to_string(i));
    table = table.with(text("label", labels))
                .with(real("flat", std::vector<double>(40, 2)))
                .with(real("empty", std::vector<double>(40), std::vector<std::uint8_t>(40, 1)));
    const RunResult result = runOn(table, {{"target", "y"}});
    QCOMPARE(result.outputs.find("model")->require<Model>().features.size(), std::size_t(3));
    for (const char* name : {"'label'", "'flat' (constant)", "'empty' (no values)"}) {
      QVERIFY(warned(result, name));
    }
    QVERIFY(warned(runOn(table, {{"target", "y"}, {"features", "a,flat"}}), "'flat' is constant"));
  }

  void notANumberCountsAsMissing() {
    const Table table = knownTable(30, 1);
    std::vector<double> values = table.require("b").numbers();
    values[3] = std::nan("");
    const RunResult result = runOn(table.with(real("b", values)), {{"target", "y"}});
    QCOMPARE(result.outputs.metrics.at("rows_used"), 29.0);
  }

  void collinearAndWideTablesAreFittedWithAWarning() {
    Table table = knownTable(40, 1);
    std::vector<double> twice;
    for (const double a : table.require("a").numbers()) twice.push_back(2 * a + 1);
    const RunResult collinear = runOn(table.with(real("c", twice)), {{"target", "y"}});
    QVERIFY(!collinear.error);
    QVERIFY(warned(collinear, "'c' is a linear combination of 'a'"));
    Random random(3);
    Table wide = knownTable(10, 1);
    for (int j = 0; j < 20; ++j) {
      std::vector<double> noise;
      for (int i = 0; i < 10; ++i) noise.push_back(random.normal());
      wide = wide.with(real("n" + std::to_string(j), noise));
    }
    const RunResult result = runOn(wide, {{"target", "y"}});
    QVERIFY(!result.error);
    QVERIFY(warned(result, "passes through every row"));
  }
};

QTEST_APPLESS_MAIN(TableRegressTest)
#include "table_regress_test.moc"
