// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/sampling.h"

#include <QTest>
#include <array>
#include <cmath>

namespace lineament::language {

namespace {

class SamplingTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void greedyTakesTheFirstOfEquals() {
    Random random(1);
    QCOMPARE(sample(std::array{1.0F, 3.0F, 3.0F, -2.0F}, {}, random), 1);
  }

  // 20,000 draws hold the shares of the distribution that the settings leave.
  void draws_data() {
    QTest::addColumn<double>("temperature");
    QTest::addColumn<int>("top_k");
    QTest::addColumn<double>("top_p");
    QTest::addColumn<QList<double>>("shares");
    // Of logits log 1, log 2, log 5, log 2.
    QTest::newRow("all") << 1.0 << 0 << 1.0 << QList<double>{0.1, 0.2, 0.5, 0.2};
    QTest::newRow("half the temperature")
        << 0.5 << 0 << 1.0 << QList<double>{1 / 34.0, 4 / 34.0, 25 / 34.0, 4 / 34.0};
    QTest::newRow("two likeliest") << 1.0 << 2 << 1.0 << QList<double>{0, 2 / 7.0, 5 / 7.0, 0};
    QTest::newRow("half the mass") << 1.0 << 0 << 0.5 << QList<double>{0, 0, 1, 0};
    QTest::newRow("a little more") << 1.0 << 0 << 0.51 << QList<double>{0, 2 / 7.0, 5 / 7.0, 0};
    QTest::newRow("no mass leaves one") << 1.0 << 0 << 0.0 << QList<double>{0, 0, 1, 0};
  }
  void draws() {
    QFETCH(const double, temperature);
    QFETCH(const int, top_k);
    QFETCH(const double, top_p);
    QFETCH(const QList<double>, shares);
    const std::array logits{0.0F, std::log(2.0F), std::log(5.0F), std::log(2.0F)};
    Random random(7);
    std::array<double, 4> counts{};
    constexpr int kDraws = 20'000;
    for (int i = 0; i < kDraws; ++i) {
      counts[static_cast<std::size_t>(
          sample(logits, {temperature, static_cast<std::size_t>(top_k), top_p}, random))] += 1;
    }
    for (qsizetype i = 0; i < 4; ++i) {
      const double share = counts[static_cast<std::size_t>(i)] / kDraws;
      QVERIFY2(std::abs(share - shares[i]) < 0.015, qPrintable(QString::number(share)));
      if (shares[i] == 0) QCOMPARE(share, 0.0);
    }
  }

  void theSameSeedDrawsTheSame() {
    const std::array logits{0.1F, 0.2F, 0.3F, 0.4F, 0.5F};
    Random a(3), b(3);
    for (int i = 0; i < 50; ++i) {
      QCOMPARE(sample(logits, {.temperature = 1}, a), sample(logits, {.temperature = 1}, b));
    }
  }

  // q = (0.5, 0.25, 0.125, 0.125): 1.75 bits.
  void readsADistribution() {
    const std::array logits{std::log(0.5F) + 30, std::log(0.25F) + 30, std::log(0.125F) + 30,
                            std::log(0.125F) + 30};
    const Prediction made = predictionOf(logits, 2);
    QVERIFY(std::abs(made.entropy / std::log(2.0) - 1.75) < 1e-6);
    QVERIFY(std::abs(made.log_probability / std::log(2.0) + 3) < 1e-5);
    QCOMPARE(made.rank, std::size_t{2});
    QCOMPARE(made.likeliest, 0);
    QVERIFY(std::abs(made.likeliest_probability - 0.5) < 1e-6);
    QVERIFY(std::abs(logProbabilities(logits)[1] - std::log(0.25)) < 1e-5);
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::SamplingTest)
#include "sampling_test.moc"
