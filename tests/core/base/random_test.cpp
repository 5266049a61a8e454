// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/random.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

using lineament::normalQuantile;
using lineament::Random;

class RandomTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // The published algorithms started by hand in another language gave these words.
  void firstWordsOfSeedZero() {
    Random random(0);
    QCOMPARE(random.bits(), quint64(0x99ec5f36cb75f2b4u));
    QCOMPARE(random.bits(), quint64(0xbf6e1f784956452au));
    QCOMPARE(random.bits(), quint64(0x1a5f849d4933e6e0u));
  }

  void splitStreamsDifferAndRepeat() {
    const Random parent(7);
    Random first = parent.split(0), again = parent.split(0), second = parent.split(1);
    const auto word = first.bits();
    QCOMPARE(again.bits(), word);
    QVERIFY(second.bits() != word);
    QVERIFY(Random(7).bits() != word);
  }

  void belowIsUnbiasedAndInRange() {
    Random random(3);
    int counts[7] = {};
    for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
    // Five standard deviations of a binomial count with p = 1/7.
    for (const int count : counts)
      QVERIFY(std::abs(count - 10000) < 5 * std::sqrt(70000.0 * 6 / 49));
  }

  void normalQuantileAgreesWithTables() {
    // Abramowitz and Stegun, table 26.5, and the error function's inverse at the far tails.
    QVERIFY(std::abs(normalQuantile(0.975) - 1.959963984540054) < 1e-14);
    QVERIFY(std::abs(normalQuantile(0.5)) < 1e-15);
    QVERIFY(std::abs(normalQuantile(1e-10) + 6.361340902404056) < 1e-13);
    QVERIFY(std::abs(normalQuantile(0.25) + normalQuantile(0.75)) < 1e-15);
  }

  void normalHasItsMoments() {
    Random random(11);
    double sum = 0, squares = 0;
    constexpr int kCount = 200000;
    for (int i = 0; i < kCount; ++i) {
      const double x = random.normal();
      sum += x;
      squares += x * x;
    }
    QVERIFY(std::abs(sum / kCount) < 5 / std::sqrt(double(kCount)));
    QVERIFY(std::abs(squares / kCount - 1) < 5 * std::sqrt(2.0 / kCount));
  }

  void sampleIsSortedAndUnique() {
    Random random(5);
    for (const auto& [population, count] : {std::pair{10u, 10u}, {1000u, 3u}, {1u, 0u}}) {
      const auto indices = random.sample(population, count);
      QCOMPARE(indices.size(), std::size_t(count));
      QVERIFY(std::is_sorted(indices.begin(), indices.end()));
      QVERIFY(std::adjacent_find(indices.begin(), indices.end()) == indices.end());
      QVERIFY(indices.empty() || indices.back() < population);
    }
  }
};

QTEST_APPLESS_MAIN(RandomTest)
#include "random_test.moc"
