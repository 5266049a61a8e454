// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/weight_run.h"

#include <QTest>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/random.h"

namespace lineament {

namespace {

void compare(std::span<const float> weights) {
  const WeightRun run = runOf(weights), expected = runOfReference(weights);
  QCOMPARE(run.lowest, expected.lowest);
  QCOMPARE(run.highest, expected.highest);
  QCOMPARE(run.numbers, expected.numbers);
  QCOMPARE(run.kept, expected.kept);
  QCOMPARE(run.peak, expected.peak);
  if (std::isfinite(expected.sum)) {
    QVERIFY(std::abs(run.sum - expected.sum) < 1e-5 * static_cast<double>(weights.size() + 1));
  }
}

class WeightRunTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void isWhatTheDefinitionSays() {
    Random random(3);
    std::vector<float> weights(1000);
    for (float& each : weights) {
      each = random.below(3) == 0 ? 0.0F : static_cast<float>(random.normal());
    }
    for (const std::size_t first : {0, 1, 5}) {
      for (const std::size_t count : {0, 1, 3, 7, 8, 15, 16, 17, 32, 63, 64, 65, 129, 900}) {
        compare(std::span(weights).subspan(first, count));
      }
    }
  }

  void numbersThatAreNone() {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const float odd : {nan, infinity, -infinity}) {
      for (const std::size_t place : {0, 17, 39}) {
        std::vector<float> weights(40, 0.25F);
        weights[3] = -0.5F;
        weights[place] = odd;
        compare(weights);
        QCOMPARE(runOf(weights).broken(40), std::isnan(odd));
        QCOMPARE(runOf(weights).highest, 0.25F);
      }
    }
  }

  void theStrongerOfTwoStays() {
    Random random(8);
    std::vector<float> weights(37), others(37);
    for (float& each : weights) each = static_cast<float>(random.normal());
    for (float& each : others) each = static_cast<float>(random.normal());
    weights[2] = others[20] = std::numeric_limits<float>::quiet_NaN();
    weights[5] = 1.5F;
    others[5] = -1.5F;
    std::vector<float> taken = weights;
    takeStronger(taken, others);
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const float expected = stronger(weights[i], others[i]);
      QVERIFY(std::isnan(expected) ? std::isnan(taken[i]) : taken[i] == expected);
    }
    QVERIFY(std::isnan(taken[2]) && std::isnan(taken[20]));
    QCOMPARE(taken[5], 1.5F);
  }

  void partsAddUp() {
    const std::vector<float> weights{0, -3, 2, 0, 1};
    WeightRun both = runOf(std::span(weights).first(2));
    both.add(runOf(std::span(weights).subspan(2)));
    QCOMPARE(both.peak, -3.0F);
    QCOMPARE(both.kept, std::uint64_t{3});
    QCOMPARE(both.sum, 0.0);
    QCOMPARE(both.highest, 2.0F);
  }
};

}  // namespace
}  // namespace lineament

QTEST_APPLESS_MAIN(lineament::WeightRunTest)
#include "weight_run_test.moc"
