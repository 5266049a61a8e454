// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/distributions.h"

#include <QtTest>
#include <cmath>

using namespace lineament::linear;

namespace {

bool close(double actual, double expected, double tolerance) {
  return std::abs(actual - expected) <= tolerance * std::abs(expected);
}

}  // namespace

class DistributionsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Expected values from SciPy's betainc.
  void incompleteBetaAgreesWithSciPy() {
    const struct {
      double a, b, x, expected;
    } cases[] = {{0.5, 0.5, 0.1, 0.20483276469913345},  {2, 3, 0.4, 0.5248},
                 {100, 3, 0.97, 0.40633618022259166},   {0.5, 1e4, 1e-5, 0.3452759253165484},
                 {50, 60, 0.5, 0.8309072939016693},     {1e5, 2e5, 0.3335, 0.5769368018947587},
                 {0.5, 2.5, 0.9999, 0.9999999999660457}};
    for (const auto& c : cases) {
      QVERIFY2(close(incompleteBeta(c.a, c.b, c.x, 1 - c.x), c.expected, 1e-11),
               qPrintable(QString::number(incompleteBeta(c.a, c.b, c.x, 1 - c.x), 'g', 17)));
    }
  }

  void incompleteBetaIsItsComplementsRest() {
    for (double a = 0.3; a < 400; a *= 2.7) {
      for (double b = 0.4; b < 400; b *= 3.1) {
        for (const double x : {0.01, 0.3, 0.5, 0.77, 0.999}) {
          const double sum = incompleteBeta(a, b, x, 1 - x) + incompleteBeta(b, a, 1 - x, x);
          QVERIFY(std::abs(sum - 1) < 1e-12);
        }
      }
    }
  }

  void studentTailsAgreeWithSciPy() {
    QVERIFY(close(studentTwoSided(2, 5), 0.10193947882985835, 1e-13));
    QVERIFY(close(studentTwoSided(-12, 3), 0.0012450158007893362, 1e-13));
    QVERIFY(close(studentTwoSided(0.1, 100), 0.9205445310958512, 1e-13));
    QVERIFY(close(studentTwoSided(40, 10), 2.2808577430857535e-12, 1e-12));
    QVERIFY(close(studentTwoSided(1e-3, 1), 0.9993633804398159, 1e-13));
    QCOMPARE(studentTwoSided(INFINITY, 4), 0.0);
    QVERIFY(std::isnan(studentTwoSided(NAN, 4)));
  }

  void studentQuantilesAgreeWithSciPy() {
    QVERIFY(close(studentTwoSidedQuantile(0.05, 1), 12.706204736174694, 1e-12));
    QVERIFY(close(studentTwoSidedQuantile(0.05, 9), 2.262157162798205, 1e-12));
    QVERIFY(close(studentTwoSidedQuantile(0.05, 100), 1.9839715185235518, 1e-12));
    QVERIFY(close(studentTwoSidedQuantile(0.05, 1e6), 1.959966356814107, 1e-10));
  }

  void fisherTailsAgreeWithSciPy() {
    QVERIFY(close(fisherUpper(3.5, 4, 10), 0.04918814032493142, 1e-13));
    QVERIFY(close(fisherUpper(330.285339234588, 6, 9), 4.984030528724813e-10, 1e-12));
    QVERIFY(close(fisherUpper(1, 1, 1), 0.5, 1e-13));
    QVERIFY(close(fisherUpper(100, 3, 200), 1.4144231122972546e-39, 1e-11));
  }
};

QTEST_APPLESS_MAIN(DistributionsTest)
#include "distributions_test.moc"
