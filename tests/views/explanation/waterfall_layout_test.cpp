// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/explanation/waterfall_layout.h"

#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/random.h"

using namespace lineament;
using namespace lineament::views;

class WaterfallLayoutTest : public QObject {
  Q_OBJECT

 private:
  static void compareBar(const WaterfallBar& bar, std::size_t feature, double from, double to) {
    QCOMPARE(bar.features, std::vector<std::size_t>{feature});
    QVERIFY2(std::abs(bar.from - from) < 1e-12, qPrintable(QString::number(bar.from)));
    QVERIFY2(std::abs(bar.to - to) < 1e-12, qPrintable(QString::number(bar.to)));
  }

 private Q_SLOTS:
  void workedExample() {
    const auto layout = waterfallLayout(std::vector{.5, -1.2, .3, 2.0}, 1, 10);
    QVERIFY(std::abs(layout.prediction - 2.6) < 1e-12);
    QCOMPARE(layout.bars.size(), std::size_t(4));
    compareBar(layout.bars[0], 3, 0.6, 2.6);
    compareBar(layout.bars[1], 1, 1.8, 0.6);
    compareBar(layout.bars[2], 0, 1.3, 1.8);
    compareBar(layout.bars[3], 2, 1.0, 1.3);
  }

  void theRestIsOneBar() {
    const auto layout = waterfallLayout(std::vector{.5, -1.2, .3, 2.0}, 1, 3);
    QCOMPARE(layout.bars.size(), std::size_t(3));
    QCOMPARE(layout.bars[2].features, (std::vector<std::size_t>{0, 2}));
    QVERIFY(layout.bars[2].others());
    QCOMPARE(layout.bars[2].from, 1.0);
    QVERIFY(std::abs(layout.bars[2].value() - 0.8) < 1e-12);
  }

  // Each bar begins where the one below ends; the first ends at f(x), the last begins at the base.
  void barsAreAChain() {
    Random random(9);
    for (const std::size_t features : {1u, 2u, 9u, 10u, 11u, 200u}) {
      for (const std::size_t most : {1u, 2u, 10u}) {
        std::vector<double> values(features);
        double sum = 0;
        for (double& value : values) sum += value = random.normal();
        const auto layout = waterfallLayout(values, -3, most);
        QCOMPARE(layout.bars.size(), std::min(features, most));
        QVERIFY(std::abs(layout.prediction - (sum - 3)) < 1e-9);
        QCOMPARE(layout.bars.front().to, layout.prediction);
        QCOMPARE(layout.bars.back().from, -3.0);
        for (std::size_t i = 0; i + 1 < layout.bars.size(); ++i) {
          QCOMPARE(layout.bars[i].from, layout.bars[i + 1].to);
        }
      }
    }
  }

  void oddValues() {
    QVERIFY(waterfallLayout({}, 2, 10).bars.empty());
    QCOMPARE(waterfallLayout({}, 2, 10).prediction, 2.0);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(waterfallLayout(std::vector{nan, 1.0}, 2, 10).prediction, 3.0);
    QCOMPARE(waterfallLayout(std::vector{1.0, 2.0}, 0, 0).bars.size(), std::size_t(1));
  }
};

QTEST_APPLESS_MAIN(WaterfallLayoutTest)
#include "waterfall_layout_test.moc"
