// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/beeswarm_layout.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/random.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::size_t> inOrder(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

bool near(const std::vector<double>& found, const std::vector<double>& expected) {
  return std::equal(found.begin(), found.end(), expected.begin(), expected.end(),
                    [](double a, double b) { return std::abs(a - b) < 1e-12; });
}

}  // namespace

class BeeswarmLayoutTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Worked by hand: bins 0, 1, 1, 1, 100, 50, 50; the widest line has one dot above its middle, so
  // a step is 0.9 * 0.4 / 2.
  void workedExample() {
    const std::vector<double> values{0, .01, .01, .01, 1, .5, .5};
    QVERIFY(near(beeswarmOffsets(values, inOrder(7)), {0, 0, .18, -.18, 0, 0, .18}));
  }

  void orderDecidesInsideABin() {
    const std::vector<double> values{0, .01, .01, .01, 1, .5, .5};
    const std::vector<std::size_t> order{6, 5, 4, 3, 2, 1, 0};
    QVERIFY(near(beeswarmOffsets(values, order), {0, -.18, .18, 0, 0, .18, 0}));
  }

  void neverLeavesTheLineAndNeverCollides() {
    Random random(4);
    for (const std::size_t count : {1u, 2u, 17u, 800u}) {
      std::vector<double> values(count);
      for (double& value : values) value = std::floor(random.normal() * 3);
      const auto offsets = beeswarmOffsets(values, inOrder(count));
      std::vector<std::pair<double, double>> places;
      for (std::size_t i = 0; i < count; ++i) {
        QVERIFY(std::abs(offsets[i]) <= 0.36);
        places.emplace_back(values[i], offsets[i]);
      }
      std::sort(places.begin(), places.end());
      QVERIFY(std::adjacent_find(places.begin(), places.end()) == places.end());
    }
  }

  void oddValues() {
    QVERIFY(beeswarmOffsets({}, {}).empty());
    QVERIFY(near(beeswarmOffsets(std::vector{kNan, 2.0, kNan}, inOrder(3)), {0, 0, 0}));
    QVERIFY(near(beeswarmOffsets(std::vector{kNan, kNan}, inOrder(2)), {0, 0}));
  }

  // NumPy's percentile of 0, 1, ..., 100 squared, and of the same with one value nearly alone.
  void colourRangeByPercentiles() {
    std::vector<double> squares;
    for (int i = 0; i <= 100; ++i) squares.push_back(i * i);
    QCOMPARE(colourRange(squares), (std::pair{25.0, 9025.0}));
    std::vector<double> rare(101, 3.0);
    for (int i = 0; i < 3; ++i) rare[i] = -1;
    QCOMPARE(colourRange(rare), (std::pair{-1.0, 3.0}));  // by the 1st percentile
    std::vector<double> one(1000, 3.0);
    one[7] = 8;
    QCOMPARE(colourRange(one), (std::pair{3.0, 8.0}));  // by the extremes
    QCOMPARE(colourRange(std::vector{kNan, 4.0}), (std::pair{4.0, 4.0}));
    QVERIFY(std::isnan(colourRange(std::vector{kNan}).first));
    QVERIFY(std::abs(percentile(std::vector{1.0, 2.0, 4.0, 8.0}, 0.4) - 2.4) < 1e-12);
  }
};

QTEST_APPLESS_MAIN(BeeswarmLayoutTest)
#include "beeswarm_layout_test.moc"
