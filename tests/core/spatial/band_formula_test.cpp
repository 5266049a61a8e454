// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/band_formula.h"

#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "tests/core/data/raster_fixture.h"

using namespace lineament;
using namespace lineament::spatial;
using lineament::testing::twoBands;

namespace {

std::vector<RasterBand> bandsOf(const std::vector<std::string>& names) {
  std::vector<RasterBand> bands;
  for (const std::string& name : names) bands.emplace_back().name = name;
  return bands;
}

// The value for B4 = 3, "Band 5" = 5.
double valueOf(const char* text) {
  const BandFormula formula(text, bandsOf({"B4", "Band 5"}));
  std::vector<float> values;
  for (const std::size_t band : formula.bands()) values.push_back(band == 0 ? 3.0f : 5.0f);
  std::vector<float> result(1);
  formula.evaluate(values, result);
  return static_cast<double>(result[0]);
}

std::string keyOf(const std::string& text) {
  try {
    BandFormula formula(text, bandsOf({"B4", "Band 5"}));
  } catch (const Error& error) {
    return error.key() + " " + error.where();
  }
  return {};
}

}  // namespace

class BandFormulaTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void arithmetic_data() {
    QTest::addColumn<double>("expected");
    QTest::newRow("1 + 2 * 3") << 7.0;
    QTest::newRow("(1 + 2) * 3") << 9.0;
    QTest::newRow("8 / 4 / 2") << 1.0;
    QTest::newRow("7 - 4 - 2") << 1.0;
    QTest::newRow("2 ^ 3 ^ 2") << 512.0;
    QTest::newRow("-2 ^ 2") << -4.0;
    QTest::newRow("2 ^ -1") << 0.5;
    QTest::newRow("2 * -3") << -6.0;
    QTest::newRow("--3") << 3.0;
    QTest::newRow("1.5e2") << 150.0;
    QTest::newRow("B4 - [Band 5]") << -2.0;
    QTest::newRow("[Band 5] - B4") << 2.0;
    QTest::newRow("B4*B4 + B4") << 12.0;
    QTest::newRow("([Band 5] - B4) / ([Band 5] + B4)") << 0.25;
    QTest::newRow("min(B4, 2) + max(B4, 10)") << 12.0;
    QTest::newRow("sqrt(B4 * B4) + abs(-1)") << 4.0;
    QTest::newRow("log(exp(2))") << 2.0;
  }
  void arithmetic() {
    QFETCH(double, expected);
    QCOMPARE(valueOf(QTest::currentDataTag()), expected);
  }

  void saysWhereItStops() {
    QCOMPARE(keyOf(""), std::string("formula.syntax letter 1"));
    QCOMPARE(keyOf("1 +"), std::string("formula.syntax letter 4"));
    QCOMPARE(keyOf("(1 + 2"), std::string("formula.syntax letter 7"));
    QCOMPARE(keyOf("1 2"), std::string("formula.syntax letter 3"));
    QCOMPARE(keyOf("min(1)"), std::string("formula.syntax letter 6"));
    QCOMPARE(keyOf("system(1)"), std::string("formula.syntax letter 1"));
    QCOMPARE(keyOf("B4 + B9"), std::string("formula.no_band letter 6"));
    QCOMPARE(keyOf("[Band 5"), std::string("formula.syntax letter 2"));
  }

  void doesNotGoDeepForEver() {
    for (const auto& [letter, count] : {std::pair('(', 3000), {'-', 3000}, {'1', 5000}}) {
      QCOMPARE(keyOf(std::string(std::size_t(count), letter)), std::string("formula.long "));
    }
  }

  void anyLettersAreAnErrorOrAFormula() {
    Random random(3);
    const std::string letters = "B4+-*/^()[], 0.e1minsqrt\n\xff";
    int good = 0;
    for (int i = 0; i < 20000; ++i) {
      std::string text;
      for (auto left = static_cast<int>(random.uniform(0, 12)); left > 0; --left) {
        text += letters[static_cast<std::size_t>(random.uniform(0, double(letters.size())))];
      }
      good += keyOf(text).empty();
    }
    QVERIFY(good > 20);
  }

  void whatIsNoNumberIsNotThere() {
    QVERIFY(std::isnan(valueOf("1 / 0")));
    QVERIFY(std::isnan(valueOf("sqrt(-1)")));
    QVERIFY(std::isnan(valueOf("1e30 * 1e30")));
    QVERIFY(std::isnan(valueOf("min(1, sqrt(-1))")));
    QVERIFY(std::isnan(valueOf("max(sqrt(-1), 1)")));
  }

  void overARaster() {
    const Raster bands = twoBands();
    const Raster ratio =
        formulaRaster(bands, BandFormula("B5 / (10 * B4)", bands.bands()), "ratio");
    QCOMPARE(ratio.bands().size(), std::size_t(1));
    QCOMPARE(ratio.values({0, 0, 3, 1}), (std::vector<float>{1, 1, 1}));
    QVERIFY(std::isnan(ratio.values({0, 1, 1, 1})[0]));
  }

  // More cells than are evaluated together.
  void manyCells() {
    const BandFormula formula("B4 * 2 - [Band 5]", bandsOf({"B4", "Band 5"}));
    std::vector<float> values(2 * 2500), result(2500);
    for (std::size_t i = 0; i < 2500; ++i) {
      values[i] = static_cast<float>(i);
      values[2500 + i] = static_cast<float>(i) + 1;
    }
    formula.evaluate(values, result);
    for (std::size_t i = 0; i < 2500; ++i) QCOMPARE(result[i] + 2, static_cast<float>(i) + 1);
  }
};

QTEST_APPLESS_MAIN(BandFormulaTest)
#include "band_formula_test.moc"
