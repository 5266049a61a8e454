// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/table_predict.h"

#include <QtTest>
#include <cmath>

#include "core/analyses/all.h"
#include "core/analyses/predictors.h"
#include "core/analysis/run.h"

using namespace lineament;

namespace {

// y = 1 + 2 a, and 10 more at "far".
Table knownTable() {
  std::vector<double> a, y;
  TextBuilder place;
  for (int i = 0; i < 20; ++i) {
    a.push_back(i * i % 7);
    place.add(i % 3 ? "far" : "near");
    y.push_back(1 + 2 * a.back() + (i % 3 ? 10 : 0));
  }
  return Table(
      {Column("a", a, {}, "m"), Column("place", place.finish()), Column("y", y, {}, "mm/s")});
}

RunResult runOf(const std::string& id, const Inputs& inputs,
                const std::vector<std::pair<std::string, std::string>>& settings) {
  const Analysis& analysis = allAnalyses().require(id);
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     {});
}

Data knownModel() {
  Inputs inputs;
  inputs.add("data", Data(knownTable()));
  return *runOf("table.regress", inputs, {{"target", "y"}}).outputs.find("model");
}

RunResult predicted(const Data& model, const Table& table) {
  Inputs inputs;
  inputs.add("model", model);
  inputs.add("data", Data(table));
  return runOf("table.predict", inputs, {});
}

Column text(std::string name, const std::vector<std::string>& words) {
  TextBuilder builder;
  for (const std::string& word : words) builder.add(word);
  return Column(std::move(name), builder.finish());
}

}  // namespace

class TablePredictTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void predictsEveryRowInOrder() {
    const Table table({Column("a", std::vector<double>{5, -1}), text("place", {"near", "far"})});
    const RunResult result = predicted(knownModel(), table);
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const Table& rows = result.outputs.find("predictions")->require<Table>();
    QVERIFY(std::abs(rows.require("predicted").number(0) - 11) < 1e-12);
    QVERIFY(std::abs(rows.require("predicted").number(1) - 9) < 1e-12);
    QCOMPARE(rows.require("predicted").unit(), std::string("mm/s"));
    QVERIFY(!result.outputs.metrics.contains("r2"));
  }

  void scoresWhereTheTargetIsThere() {
    const RunResult result = predicted(knownModel(), knownTable());
    QVERIFY(result.outputs.metrics.at("r2") > 1 - 1e-12);
    QVERIFY(result.outputs.metrics.at("rmse") < 1e-12);
  }

  void gapsAndUnknownLevelsHaveNoPrediction() {
    const Table table(
        {Column("a", std::vector<double>{1, 2, 3}, std::vector<std::uint8_t>{1, 0, 0}),
         text("place", {"near", "nowhere", "near"})});
    const RunResult result = predicted(knownModel(), table);
    const Column& column =
        result.outputs.find("predictions")->require<Table>().require("predicted");
    QVERIFY(column.missing(0));
    QVERIFY(column.missing(1));
    QVERIFY(!column.missing(2));
    QCOMPARE(result.outputs.metrics.at("rows_left_out"), 2.0);
  }

  void missingColumnsAreNamed() {
    const RunResult result = predicted(knownModel(), Table({Column("a", std::vector<double>{1})}));
    QCOMPARE(result.error->key(), std::string("model.columns"));
    QVERIFY(std::string(result.error->what()).find("place") != std::string::npos);
  }

  void aModelReadFromAFilePredictsTheSame() {
    Model model = knownModel().require<Model>();
    model.predictor = nullptr;
    const RunResult result = predicted(Data(model), knownTable());
    QVERIFY(result.outputs.metrics.at("r2") > 1 - 1e-12);
    QVERIFY(bound(model).predictor != nullptr);
  }
};

QTEST_APPLESS_MAIN(TablePredictTest)
#include "table_predict_test.moc"
