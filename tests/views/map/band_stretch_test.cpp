// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/band_stretch.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <vector>

using namespace lineament::views;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> upTo(int last) {
  std::vector<float> values(static_cast<std::size_t>(last) + 1);
  std::iota(values.rbegin(), values.rend(), 0.0f);
  return values;
}

}  // namespace

class BandStretchTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void percentilesLeaveTheTailsOut() {
    std::vector<float> values = upTo(100);
    QCOMPARE(stretchOf(values, StretchKind::percentile), (BandStretch{2, 98}));
    values.front() = 1e9f;  // one outlier moves nothing
    QCOMPARE(stretchOf(values, StretchKind::percentile), (BandStretch{2, 98}));
    // Between two values: 2 % of the way along 0, 10, ..., 40 is 0.8.
    const auto few = stretchOf(std::vector<float>{40, 0, 10, 30, 20}, StretchKind::percentile);
    QVERIFY(std::abs(few.low - 0.8) < 1e-6 && std::abs(few.high - 39.2) < 1e-6);
  }

  void extremesAreThoseOfFiniteValues() {
    const std::vector<float> values{3, kNan, -1, kInfinity, 7, -kInfinity};
    QCOMPARE(stretchOf(values, StretchKind::extremes), (BandStretch{-1, 7}));
  }

  void deviationsLieAroundTheMean() {
    const std::vector<float> values{1, 3, kNan, 1, 3};
    QCOMPARE(stretchOf(values, StretchKind::deviation), (BandStretch{0, 4}));
  }

  void nearlyConstantBandsKeepTheirOthers() {
    std::vector<float> values(1000, 5.0f);
    values[10] = 9;
    QCOMPARE(stretchOf(values, StretchKind::percentile), (BandStretch{5, 9}));
  }

  void nothingToGoBy() {
    for (const auto& values : {std::vector<float>{}, std::vector<float>{kNan, kInfinity}}) {
      QVERIFY(std::isnan(stretchOf(values, StretchKind::percentile).low));
    }
    const BandStretch constant = stretchOf(std::vector<float>{4, 4}, StretchKind::percentile);
    QCOMPARE(int(constant.step(4)), 128);
  }

  void stepsAreRoundedAndClipped() {
    const BandStretch stretch{0, 255};
    QCOMPARE(int(stretch.step(0)), 0);
    QCOMPARE(int(stretch.step(127.4f)), 127);
    QCOMPARE(int(stretch.step(254.6f)), 255);
    QCOMPARE(int(stretch.step(-3)), 0);
    QCOMPARE(int(stretch.step(1e30f)), 255);
  }

  void namesComeBack() {
    for (const auto kind :
         {StretchKind::percentile, StretchKind::extremes, StretchKind::deviation}) {
      QVERIFY(stretchFromName(name(kind)) == kind);
    }
    QVERIFY(!stretchFromName("no such"));
  }
};

QTEST_GUILESS_MAIN(BandStretchTest)
#include "band_stretch_test.moc"
