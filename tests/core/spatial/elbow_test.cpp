// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/elbow.h"

#include <QtTest>
#include <vector>

using namespace lineament::spatial;

class ElbowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Chord from (0, 1) to (1, 0) after scaling; depths 0.25 - 0.1, 0.5 - 0.15, ... by hand.
  void farthestBelowTheChord() {
    const std::vector<double> x{2, 3, 4, 5, 6}, y{100, 30, 15, 8, 0};
    QCOMPARE(elbowOf(x, y), std::optional<std::size_t>(1));  // 0.75 - 0.3 against 0.5 - 0.15
    const std::vector<double> later{100, 70, 15, 8, 0};
    QCOMPARE(elbowOf(x, later), std::optional<std::size_t>(2));
  }

  void noBend() {
    QCOMPARE(elbowOf(std::vector<double>{1, 2, 3}, std::vector<double>{3, 2, 1}), std::nullopt);
    QCOMPARE(elbowOf(std::vector<double>{1, 2, 3}, std::vector<double>{3, 2.9, 1}), std::nullopt);
    QCOMPARE(elbowOf(std::vector<double>{1, 2, 3}, std::vector<double>{5, 5, 5}), std::nullopt);
    QCOMPARE(elbowOf(std::vector<double>{1, 2}, std::vector<double>{2, 1}), std::nullopt);
    QCOMPARE(elbowOf({}, {}), std::nullopt);
  }
};

QTEST_APPLESS_MAIN(ElbowTest)
#include "elbow_test.moc"
