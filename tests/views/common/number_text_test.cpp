// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/number_text.h"

#include <QtTest>
#include <limits>

#include "views/common/axis_scale.h"

using namespace lineament::views;

class NumberTextTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sensibleDigits_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("expected");
    QTest::newRow("whole") << 3.0 << "3";
    QTest::newRow("minus") << -2.5 << QString::fromUtf8("−2.5");
    QTest::newRow("rounded") << 3.14159265 << "3.142";
    QTest::newRow("rounds up a decade") << 9.99996 << "10";
    QTest::newRow("thousands") << 123456.0 << "123,456";
    QTest::newRow("four digits") << 1018.0 << "1018";
    QTest::newRow("small") << 0.00012 << "0.00012";
    QTest::newRow("tiny") << 1.25e-9 << QString::fromUtf8("1.25×10⁻⁹");
    QTest::newRow("power") << 1e12 << QString::fromUtf8("10¹²");
    QTest::newRow("zero") << -0.0 << "0";
    QTest::newRow("NaN") << std::numeric_limits<double>::quiet_NaN() << "NaN";
    QTest::newRow("infinite") << -std::numeric_limits<double>::infinity()
                              << QString::fromUtf8("−∞");
  }

  void sensibleDigits() {
    QFETCH(double, value);
    QFETCH(QString, expected);
    QCOMPARE(numberText(value, 4), expected);
  }

  void barsKeepTheirSigns() {
    QCOMPARE(signedText(0.5, 2), QString("+0.5"));
    QCOMPARE(signedText(-1.204, 2), QString::fromUtf8("−1.2"));
    QCOMPARE(signedText(100, 2), QString("+100"));
    QCOMPARE(signedText(-0.001, 2), QString("+0"));
    QCOMPARE(trimmedText(2.6, 3), QString("2.6"));
    QCOMPARE(fixedText(2, 3), QString("2.000"));
    QCOMPARE(decimalsForMagnitude(12), 2);
    QCOMPARE(decimalsForMagnitude(0.0123), 3);
    QCOMPARE(exactText(-0.1), QString("-0.1"));
  }

  void ticksAreRoundAndOnTheAxis() {
    const AxisScale scale{-27.3, 22.1, 0, 600, false};
    const Ticks ticks = ticksFor(scale);
    QVERIFY(ticks.major.size() >= 4);
    for (const Tick& tick : ticks.major) {
      QVERIFY(tick.value >= scale.low && tick.value <= scale.high);
      QCOMPARE(std::fmod(tick.value, 2.5), 0.0);
    }
    QCOMPARE(ticksFor({0, 0.5, 0, 400, false}).major[1].label.left(2), QString("0."));
  }

  void logarithmicTicks() {
    const Ticks decades = ticksFor({1e-6, 1e3, 0, 600, true});
    QVERIFY(decades.major.size() >= 3);
    for (const Tick& tick : decades.major) {
      const double exponent = std::log10(tick.value);
      QVERIFY(std::abs(exponent - std::round(exponent)) < 1e-9);
    }
    QStringList labels;
    for (const Tick& tick : ticksFor({8, 230, 0, 400, true}).major) labels << tick.label;
    QCOMPARE(labels, (QStringList{"10", "20", "50", "100", "200"}));
  }

  void scalesGoThereAndBack() {
    for (const AxisScale& scale :
         {AxisScale{-2, 5, 100, 20, false}, AxisScale{0.01, 50, 0, 300, true}}) {
      for (const double value : {0.02, 1.0, 4.4}) {
        QVERIFY(std::abs(scale.value(scale.position(value)) - value) < 1e-9);
      }
      const AxisScale part = scale.part(0.25, 0.5);
      QVERIFY(std::abs(part.position(part.low) - scale.first) < 1e-9);
    }
    QVERIFY(paddedRange(3, 3, false).low < 3 && paddedRange(0, 0, false).high > 0);
    const double infinity = std::numeric_limits<double>::infinity();
    QCOMPARE(paddedRange(infinity, -infinity, false).high, 1.0);
  }
};

QTEST_APPLESS_MAIN(NumberTextTest)
#include "number_text_test.moc"
