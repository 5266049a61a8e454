// SPDX-License-Identifier: GPL-3.0-or-later
// checkpoint.summary and checkpoint.compare.
#include <QTest>
#include <cmath>
#include <limits>

#include "core/analyses/all.h"
#include "core/analysis/run.h"
#include "core/base/error.h"
#include "core/io/named_tensors.h"

namespace lineament {

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

RunResult runOf(const std::string& id, const std::vector<std::pair<const char*, Data>>& given,
                const Settings& settings) {
  const Analysis& analysis = allAnalyses().require(id);
  Inputs inputs;
  for (const auto& [name, data] : given) inputs.add(name, data);
  return runRecorded(analysis, inputs, Parameters::fromText(analysis.declaration(), settings), {},
                     {});
}

template <class T>
const T& outputOf(const RunResult& result, const char* id) {
  return result.outputs.find(id)->require<T>();
}

bool near(double a, double b) {
  return std::abs(a - b) < 1e-6 * std::max(1.0, std::abs(b));
}

class CheckpointAnalysesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sumsUp() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const Checkpoint checkpoint =
        io::checkpointOf({{"matrix", Tensor::of({2, 3}, std::vector<float>{3, 0, 0, 0, -4, 0})},
                          {"vector", Tensor::of({4}, std::vector<float>{1, 1, 3, 3})},
                          {"broken", Tensor::of({2, 2}, std::vector<float>{nan, 1, 1, 1})}});
    const RunResult made = runOf("checkpoint.summary", {{"checkpoint", Data(checkpoint)}}, {});
    const auto& table = outputOf<Table>(made, "tensors");
    QCOMPARE(table.rows(), std::size_t{3});
    QVERIFY(near(table.require("norm").number(0), 5));
    QVERIFY(near(table.require("zeros").number(0), 4.0 / 6));
    QVERIFY(near(table.require("largest_singular_value").number(0), 4));
    QVERIFY(near(table.require("stable_rank").number(0), 25.0 / 16));
    const double p = 4.0 / 7, q = 3.0 / 7;
    QVERIFY(near(table.require("effective_rank").number(0),
                 std::exp(-p * std::log(p) - q * std::log(q))));
    QVERIFY(near(table.require("condition").number(0), 4.0 / 3));
    QVERIFY(table.require("condition").missing(1));
    QVERIFY(near(table.require("mean").number(1), 2));
    QVERIFY(near(table.require("deviation").number(1), 1));
    QCOMPARE(table.require("nan").number(2), 1.0);
    QVERIFY(table.require("condition").missing(2));
    QCOMPARE(made.outputs.metrics.at("parameters"), 14.0);
    QCOMPARE(made.outputs.metrics.at("not_finite"), 1.0);
    QCOMPARE(outputOf<Series>(made, "spectra").curves.size(), std::size_t{1});
    const RunResult some =
        runOf("checkpoint.summary", {{"checkpoint", Data(checkpoint)}}, {{"tensors", "vec"}});
    QCOMPARE(outputOf<Table>(some, "tensors").rows(), std::size_t{1});
  }

  void compares() {
    const Checkpoint first = io::checkpointOf({{"a", Tensor::of({2}, std::vector<float>{3, 4})},
                                               {"b", Tensor::of({2}, std::vector<float>{1, 1})},
                                               {"c", Tensor::of({2}, std::vector<float>{1, 1})},
                                               {"d", Tensor::of({1}, std::vector<float>{1})}});
    const Checkpoint second = io::checkpointOf({{"a", Tensor::of({2}, std::vector<float>{4, -3})},
                                                {"b", Tensor::of({2}, std::vector<float>{1, 1})},
                                                {"c", Tensor::of({1, 2}, std::vector<float>{1, 1})},
                                                {"e", Tensor::of({1}, std::vector<float>{1})}});
    const RunResult made =
        runOf("checkpoint.compare", {{"first", Data(first)}, {"second", Data(second)}},
              {{"interpolate", "true"}, {"share", "0.25"}});
    const auto& table = outputOf<Table>(made, "tensors");
    QCOMPARE(table.rows(), std::size_t{5});
    const auto state = [&](std::size_t row) {
      return QString::fromStdString(table.require("state").text(row));
    };
    QCOMPARE(state(0), QString("different"));
    QVERIFY(near(table.require("difference").number(0), std::sqrt(50)));
    QVERIFY(near(table.require("relative_difference").number(0), std::sqrt(2)));
    QVERIFY(near(table.require("cosine").number(0), 0));
    QVERIFY(near(table.require("largest_change").number(0), 7));
    QCOMPARE(state(1), QString("identical"));
    QCOMPARE(state(2), QString("of another shape"));
    QCOMPARE(state(3), QString("only in the first"));
    QCOMPARE(state(4), QString("only in the second"));
    QCOMPARE(made.outputs.metrics.at("common"), 2.0);
    QCOMPARE(made.outputs.metrics.at("identical"), 1.0);
    QCOMPARE(made.outputs.metrics.at("only_second"), 1.0);
    const auto& between = outputOf<Checkpoint>(made, "between");
    QCOMPARE(between.entries().size(), std::size_t{2});
    QCOMPARE(between.tensor("a").number(0), 3.25);
    QCOMPARE(between.tensor("a").number(1), 2.25);
  }

  void nothingInCommon() {
    const Checkpoint first = io::checkpointOf({{"a", Tensor::of({1}, std::vector<float>{3})}});
    const Checkpoint second = io::checkpointOf({{"b", Tensor::of({1}, std::vector<float>{3})}});
    const RunResult made =
        runOf("checkpoint.compare", {{"first", Data(first)}, {"second", Data(second)}}, {});
    QVERIFY(made.error);
    QCOMPARE(QString::fromStdString(made.error->key()), QString("compare.no_common"));
  }
};

}  // namespace
}  // namespace lineament

QTEST_GUILESS_MAIN(lineament::CheckpointAnalysesTest)
#include "checkpoint_test.moc"
