// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/comparison.h"

#include <QtTest>
#include <functional>

#include "core/data/data.h"
#include "tests/core/data/comparison_fixture.h"

using namespace lineament;

class ComparisonTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void whatBelongsTogetherIsConsistent() {
    QVERIFY(isConsistent(Comparison{}));
    QVERIFY(isConsistent(testing::threeMechanisms(4)));
    QVERIFY(isConsistent(testing::threeMechanisms(1)));
  }

  void everyPartThatDoesNotFitIsFound() {
    using Break = std::function<void(Comparison&)>;
    const std::pair<const char*, Break> breaks[] = {
        {"a matrix short", [](Comparison& c) { c.attention.layers.pop_back(); }},
        {"two heads",
         [](Comparison& c) {
           c.attention.heads = {"a", "b"};
         }},
        {"not square", [](Comparison& c) { c.attention.keys = 2, c.attention.queries = 8; }},
        {"a row of measures short", [](Comparison& c) { c.measures = c.measures.slice(0, 2); }},
        {"an owner short",
         [](Comparison& c) {
           c.plots[0].owners = std::vector<std::uint64_t>{0, 1};
         }},
        {"an owner too many",
         [](Comparison& c) {
           c.plots[0].owners = std::vector<std::uint64_t>{0, 1, 3};
         }},
        {"a value short", [](Comparison& c) { c.plots[0].series.curves[1].y = {}; }},
        {"no tokens for a trace", [](Comparison& c) { c.plots[0].series.curves[1].rows = {}; }},
        {"a token too many",
         [](Comparison& c) {
           c.plots[2].series.curves[0].rows = std::vector<std::uint64_t>{0, 0, 1, 1, 2, 2, 4, 4};
         }},
        {"tokens for a lag", [](Comparison& c) {
           c.plots[1].series.curves[0].rows = std::vector<std::uint64_t>{0, 1, 2, 3};
         }}};
    for (const auto& [what, apply] : breaks) {
      Comparison comparison = testing::threeMechanisms(4);
      apply(comparison);
      QVERIFY2(!isConsistent(comparison), what);
    }
  }

  void saysWhatItIs() {
    const Data data(testing::threeMechanisms(4));
    QVERIFY(data.kind() == Kind::comparison && kindFromName("comparison") == Kind::comparison);
    QCOMPARE(summaryLine(data), std::string("3 mechanisms, 4 tokens"));
    const nlohmann::json summary = summaryOf(data);
    QCOMPARE(summary.at("mechanisms"), nlohmann::json({"m0", "m1", "m2"}));
    QCOMPARE(summary.at("plots").at(2).at("over"), nlohmann::json("plane"));
    QCOMPARE(summary.at("plots").at(2).at("curves"), nlohmann::json(3));
  }
};

QTEST_GUILESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
