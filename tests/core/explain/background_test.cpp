// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/explain/background.h"

#include <QtTest>
#include <algorithm>
#include <numeric>
#include <set>

#include "tests/core/explain/function_predictor.h"

using namespace lineament;
using namespace lineament::explain;

class BackgroundTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aSampleHasRowsOfTheTableOnceEach() {
    const std::vector<double> rows = randomRows(500, 3, 1);
    const Background sample = sampledBackground(rows, 3, 40, {});
    QCOMPARE(sample.count(), std::size_t(40));
    std::set<double> firsts;
    for (std::size_t k = 0; k < 40; ++k) {
      firsts.insert(sample.row(k)[0]);
      bool found = false;
      for (std::size_t i = 0; i < 500 && !found; ++i) {
        found = std::equal(sample.row(k), sample.row(k) + 3, &rows[3 * i]);
      }
      QVERIFY(found);
    }
    QCOMPARE(firsts.size(), std::size_t(40));
    QVERIFY(sample.rows == sampledBackground(rows, 3, 40, {}).rows);
  }

  void aShortTableIsTakenWhole() {
    const std::vector<double> rows = randomRows(8, 2, 1);
    QVERIFY(sampledBackground(rows, 2, 8, {}).rows == rows);
    QVERIFY(clusteredBackground(rows, 2, 8, {}).rows == rows);
  }

  void clustersAreFoundAndWeighed() {
    std::vector<double> rows;
    Random random(4);
    for (int i = 0; i < 300; ++i) {
      const int cluster = i % 6 == 0 ? 0 : i % 6 < 3 ? 1 : 2;  // shares 1/6, 2/6, 3/6
      rows.push_back(100 * cluster + random.normal());
      rows.push_back(cluster);
    }
    const Background found = clusteredBackground(rows, 2, 3, {});
    QCOMPARE(found.count(), std::size_t(3));
    for (std::size_t k = 0; k < 3; ++k) {
      const int cluster = int(found.row(k)[1]);
      QVERIFY(std::abs(found.weights[k] - (cluster + 1) / 6.0) < 1e-12);
      QVERIFY(std::abs(found.row(k)[0] - 100 * cluster) < 0.5);
    }
  }

  void centresHaveValuesOfTheirColumns() {
    std::vector<double> rows = randomRows(200, 3, 7);
    for (double& value : rows) value = std::round(value);
    const Background found = clusteredBackground(rows, 3, 5, {});
    QVERIFY(std::abs(std::accumulate(found.weights.begin(), found.weights.end(), 0.0) - 1) < 1e-12);
    for (const double value : found.rows) QCOMPARE(value, std::round(value));
  }

  void fewDifferentRowsGiveFewClusters() {
    std::vector<double> rows;
    for (int i = 0; i < 50; ++i) rows.push_back(i % 2);
    QCOMPARE(clusteredBackground(rows, 1, 10, {}).count(), std::size_t(2));
  }
};

QTEST_APPLESS_MAIN(BackgroundTest)
#include "background_test.moc"
