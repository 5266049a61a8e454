// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/rotary.h"

#include <QTest>
#include <cmath>
#include <numbers>

namespace lineament::language {

namespace {

bool near(double a, double b) {
  return std::abs(a - b) < 1e-6;
}

class RotaryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void turnsPairs_data() {
    QTest::addColumn<bool>("halves");
    QTest::newRow("halves") << true;
    QTest::newRow("neighbours") << false;
  }
  void turnsPairs() {
    QFETCH(const bool, halves);
    const Rotary rotary =
        Rotary::of(4, 100, halves ? Rotary::Pairs::halves : Rotary::Pairs::neighbours);
    // Two heads of 6 numbers, of which 4 are turned; the second token is at position 8.
    std::vector<float> rows(2 * 12);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i);
    const std::vector<float> before = rows;
    rotary.apply(rows.data(), 12, 2, 2, 6, 7);
    for (std::size_t t = 0; t < 2; ++t) {
      for (std::size_t head = 0; head < 2; ++head) {
        const std::size_t from = t * 12 + head * 6;
        for (std::size_t i = 0; i < 2; ++i) {
          const double angle = static_cast<double>(7 + t) * std::pow(100.0, -0.5 * double(i));
          const std::size_t a = from + (halves ? i : 2 * i);
          const std::size_t b = from + (halves ? i + 2 : 2 * i + 1);
          const double first =
              double(before[a]) * std::cos(angle) - double(before[b]) * std::sin(angle);
          QVERIFY(std::abs(double(rows[a]) - first) < 1e-5);
          const double turned =
              double(before[a]) * std::sin(angle) + double(before[b]) * std::cos(angle);
          QVERIFY(std::abs(double(rows[b]) - turned) < 1e-5);
        }
        QCOMPARE(rows[from + 4], before[from + 4]);
        QCOMPARE(rows[from + 5], before[from + 5]);
      }
    }
  }

  // A query's product with a key depends on their distance alone.
  void productsDependOnDistance() {
    const Rotary rotary = Rotary::of(8, 10000, Rotary::Pairs::halves);
    const auto product = [&](std::size_t query_at, std::size_t key_at) {
      std::vector<float> q{0.3F, -1, 0.5F, 2, 1, 0.1F, -0.7F, 0.2F};
      std::vector<float> k{1, 0.2F, -0.4F, 0.9F, -1.1F, 0.6F, 0.8F, -0.3F};
      rotary.apply(q.data(), 8, 1, 1, 8, query_at);
      rotary.apply(k.data(), 8, 1, 1, 8, key_at);
      double sum = 0;
      for (std::size_t i = 0; i < 8; ++i) sum += double(q[i]) * double(k[i]);
      return sum;
    };
    QVERIFY(std::abs(product(10, 3) - product(507, 500)) < 1e-4);
    QVERIFY(std::abs(product(10, 3) - product(10, 4)) > 1e-2);
  }

  // Wavelengths of Llama 3.1's scaling with its own numbers: short ones stay, long ones are
  // divided.
  void scaling() {
    Rotary rotary = Rotary::of(128, 500000, Rotary::Pairs::halves);
    const std::vector<double> before = rotary.frequencies;
    rotary.scaleLlama3(8, 1, 4, 8192);
    for (std::size_t i = 0; i < before.size(); ++i) {
      const double wavelength = 2 * std::numbers::pi / before[i];
      const double ratio = before[i] / rotary.frequencies[i];
      if (wavelength < 8192.0 / 4) {
        QVERIFY(near(ratio, 1));
      } else if (wavelength > 8192) {
        QVERIFY(near(ratio, 8));
      } else {
        QVERIFY(ratio > 1 && ratio < 8);
      }
    }
    Rotary linear = Rotary::of(8, 10000, Rotary::Pairs::halves);
    linear.scaleLinear(4);
    QVERIFY(near(linear.frequencies[0], 0.25));
  }
};

}  // namespace
}  // namespace lineament::language

QTEST_GUILESS_MAIN(lineament::language::RotaryTest)
#include "rotary_test.moc"
