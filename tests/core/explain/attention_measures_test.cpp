// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/attention_measures.h"

#include <QTest>
#include <array>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "tests/core/explain/attention_fixture.h"

namespace lineament::explain {

namespace {

// Members of a summary, for comparing two.
std::array<double, 9> numbersOf(const AttentionSummary& s) {
  return {s.entropy,     s.normalised_entropy, s.mean_distance, s.diagonal_mass, s.previous_token,
          s.first_token, s.band_mass,          s.confidence,    s.correlation};
}

AttentionSummary of(const AttentionStack& stack) {
  return summarise(stack, 0, 0, {});
}

bool near(double a, double b) {
  return std::abs(a - b) < 2e-6;
}

class AttentionMeasuresTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Softmax of scores of the three queries and keys (1, 0), (0, 1), (1, 1) / (1, 0), (1, 1), (0,
  // 1).
  void workedNumbers() {
    const AttentionSummary made =
        of(attentionOf({{0.401112F, 0.401112F, 0.197776F, 0.197776F, 0.401112F, 0.401112F,
                         0.248255F, 0.503490F, 0.248255F}},
                       3));
    QVERIFY(near(made.entropy, (1.053363 + 1.053363 + 1.037277) / 3));
    QVERIFY(near(made.normalised_entropy, (0.958812 + 0.958812 + 0.944171) / 3));
    QVERIFY(near(made.mean_distance, 0.7985172));
    QVERIFY(near(made.diagonal_mass, 0.3501598));
    QVERIFY(near(made.previous_token, 0.3506328));
    QVERIFY(near(made.first_token, 0.2823810));
    QVERIFY(near(made.confidence, 0.4352380));
    QVERIFY(near(made.band_mass, 0.8513230));
    QVERIFY(near(made.correlation, 0.1104604));
    QCOMPARE(made.left_out, std::uint64_t{0});
  }

  void workedNumbersOfCausalAttention() {
    AttentionStack stack =
        attentionOf({{1, 0, 0, 0.330238F, 0.669762F, 0, 0.248255F, 0.503490F, 0.248255F}}, 3);
    stack.causal = true;
    const AttentionSummary made = of(stack);
    QVERIFY(near(made.entropy, (0 + 0.634347 + 1.037277) / 3));
    QVERIFY(near(made.normalised_entropy,
                 (0 + 0.634347 / std::log(2.0) + 1.037277 / std::log(3.0)) / 3));
  }

  void agreesWithTheReference_data() {
    QTest::addColumn<int>("queries");
    QTest::addColumn<int>("keys");
    QTest::addColumn<bool>("causal");
    QTest::newRow("one cell") << 1 << 1 << true;
    QTest::newRow("odd") << 37 << 37 << true;
    QTest::newRow("both ways") << 70 << 70 << false;
    QTest::newRow("behind others") << 5 << 33 << true;
    QTest::newRow("another text") << 9 << 130 << false;
    QTest::newRow("longer than a stretch") << 7 << 2500 << false;
  }
  void agreesWithTheReference() {
    QFETCH(const int, queries);
    QFETCH(const int, keys);
    QFETCH(const bool, causal);
    AttentionStack stack = randomAttention(1, 1, static_cast<std::uint64_t>(queries),
                                           static_cast<std::uint64_t>(keys), causal);
    const auto made = numbersOf(of(stack));
    const auto expected =
        numbersOf(summariseReference(stack.matrix(0, 0), stack.queries, stack.keys, causal));
    for (std::size_t i = 0; i < made.size(); ++i) {
      QVERIFY2(std::abs(made[i] - expected[i]) < 1e-5 * std::max(1.0, std::abs(expected[i])),
               qPrintable(QString("%1: %2, expected %3").arg(i).arg(made[i]).arg(expected[i])));
    }
  }

  void rowsWithoutWeightAreLeftOut() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const AttentionSummary made = of(attentionOf({{0, 0, 0, nan, 0.5F, 0.5F, 0, 0, 1}}, 3));
    QCOMPARE(made.left_out, std::uint64_t{2});
    QVERIFY(near(made.diagonal_mass, 1));
    QVERIFY(near(made.entropy, 0));
  }

  // What a recurrence implies counts by its magnitudes.
  void scaledAndNegativeRowsCountAsShares() {
    const AttentionSummary plain = of(attentionOf({{0.25F, 0.75F, 0.5F, 0.5F}}, 2));
    const AttentionSummary made = of(attentionOf({{-0.5F, 1.5F, 20, -20}}, 2));
    const auto a = numbersOf(plain), b = numbersOf(made);
    for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(near(a[i], b[i]));
  }

  void measuresOfAllHeads() {
    const AttentionStack stack = randomAttention(2, 3, 12, 12, true);
    const auto measures = measuresOf(stack, {});
    QCOMPARE(measures.size(), std::size_t{9});
    for (const HeadMeasure& measure : measures) QCOMPARE(measure.values.size(), std::size_t{6});
    QCOMPARE(QString::fromStdString(measures[5].name), QString("first_token"));
    QVERIFY(near(measures[5].values[4], summarise(stack, 1, 1, {}).first_token));
  }
};

}  // namespace
}  // namespace lineament::explain

QTEST_GUILESS_MAIN(lineament::explain::AttentionMeasuresTest)
#include "attention_measures_test.moc"
