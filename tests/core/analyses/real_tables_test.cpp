// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>

#include "core/analyses/all.h"
#include "core/analysis/run.h"
#include "core/io/reader.h"

using namespace lineament;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

Data fileOf(const std::string& path) {
  return io::readFile(LINEAMENT_REAL_DATA "/" + path);
}

RunResult runOf(const std::string& id, const Inputs& inputs, const Settings& settings) {
  const Analysis& analysis = allAnalyses().require(id);
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     {});
}

}  // namespace

// The whole flow, file to explanation, on published tables.
class RealTablesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTableIsFittedAndExplained_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("model");
    QTest::addColumn<double>("least_r2_train");
    // Least squares: scikit-learn reaches 0.62 and 0.92 on these tables.
    QTest::newRow("concrete ols") << "concrete_strength/Concrete_data.csv"
                                  << "ConcreteCompressiveStrength"
                                  << "ols" << 0.58;
    QTest::newRow("concrete ridge") << "concrete_strength/Concrete_data.csv"
                                    << "ConcreteCompressiveStrength"
                                    << "ridge" << 0.58;
    QTest::newRow("concrete mlp") << "concrete_strength/Concrete_data.csv"
                                  << "ConcreteCompressiveStrength"
                                  << "mlp" << 0.80;
    QTest::newRow("energy ols") << "energy_efficiency/ENB2012_data.csv"
                                << "Y1"
                                << "ols" << 0.90;
    QTest::newRow("longley ols") << "linear_models/longley.csv"
                                 << "TOTEMP"
                                 << "ols" << 0.98;
    QTest::newRow("macro ridge") << "linear_models/macrodata.csv"
                                 << "realinv"
                                 << "ridge" << 0.95;
    QTest::newRow("stackloss ols") << "linear_models/stackloss.csv"
                                   << "STACKLOSS"
                                   << "ols" << 0.8;
  }

  void everyTableIsFittedAndExplained() {
    QFETCH(QString, file);
    QFETCH(QString, target);
    QFETCH(QString, model);
    QFETCH(double, least_r2_train);
    const Data data = fileOf("tabular/" + file.toStdString());
    Inputs inputs;
    inputs.add("data", data);
    const RunResult fit = runOf("table.regress", inputs,
                                {{"target", target.toStdString()},
                                 {"model", model.toStdString()},
                                 {"epochs", "60"},
                                 {"hidden", "32,16"}});
    QVERIFY2(!fit.error, fit.error ? fit.error->what() : "");
    QVERIFY2(fit.outputs.metrics.at("r2_train") > least_r2_train,
             qPrintable(QString::number(fit.outputs.metrics.at("r2_train"))));
    inputs.add("model", *fit.outputs.find("model"));
    const RunResult explained =
        runOf("explain.shap", inputs, {{"rows", "3"}, {"background_rows", "20"}});
    QVERIFY2(!explained.error, explained.error ? explained.error->what() : "");
    QVERIFY(explained.outputs.metrics.at("additivity_error") < 1e-8);
  }

  // The two files of the diabetes table: ten columns without a header, and their target.
  void tablesInTwoFilesAreJoined() {
    Inputs inputs;
    const Data target = fileOf("tabular/diabetes/diabetes_target.csv.gz");
    inputs.add("data", fileOf("tabular/diabetes/diabetes_data_raw.csv.gz"));
    inputs.add("data", target);
    const Table joined =
        joinColumns({inputs.all("data")[0].require<Table>(), target.require<Table>()});
    const std::string name = joined.column(joined.columnCount() - 1).name();
    const RunResult fit = runOf("table.regress", inputs, {{"target", name}, {"test_share", "0"}});
    QVERIFY2(!fit.error, fit.error ? fit.error->what() : "");
    // scikit-learn 1.9: R2 of least squares on all 442 rows.
    QVERIFY(std::abs(fit.outputs.metrics.at("r2") - 0.5177484222203498) < 1e-9);
  }

  // Expected values of the published network at 400 mm, 24 m, 7 t, 0.3 m on the ground, along the
  // longitudinal axis, at four distances.
  void thePublishedNetworkPredictsAndIsExplained() {
    const std::vector<double> distance{1, 5, 15, 41};
    const auto same = [](double value) { return std::vector<double>(4, value); };
    Table table({Column("width", same(400)), Column("length", same(24)), Column("hammer", same(7)),
                 Column("drop", same(0.3)), Column("distance", distance),
                 Column("location", same(1)), Column("axis", same(1))});
    Inputs inputs;
    inputs.add("model", fileOf("checkpoints/pile_ppv/model.pt"));
    inputs.add("scalers", fileOf("checkpoints/pile_ppv/scalers.json"));
    inputs.add("data", Data(table));
    const RunResult result = runOf("table.predict", inputs, {});
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    const Column& predicted =
        result.outputs.find("predictions")->require<Table>().require("predicted");
    const double expected[] = {6.255, 3.964, 2.027, 0.373};
    for (int i = 0; i < 4; ++i) QVERIFY(std::abs(predicted.number(i) - expected[i]) < 6e-4);
    for (const char* method : {"exact", "kernel"}) {
      const RunResult explained = runOf("explain.shap", inputs, {{"method", method}});
      QVERIFY2(!explained.error, explained.error ? explained.error->what() : "");
      QVERIFY(explained.outputs.metrics.at("additivity_error") < 1e-8);
      QCOMPARE(explained.outputs.metrics.at("varying_features"), 1.0);
    }
  }
};

QTEST_APPLESS_MAIN(RealTablesTest)
#include "real_tables_test.moc"
