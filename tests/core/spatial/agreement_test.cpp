// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/agreement.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/random.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

Contingency tableOf(const std::vector<int>& classes, const std::vector<int>& units,
                    std::size_t class_count, std::size_t unit_count) {
  Contingency table(class_count, unit_count);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    ++table.at(static_cast<std::size_t>(classes[i]), static_cast<std::size_t>(units[i]));
  }
  return table;
}

double matched(const Contingency& table, const std::vector<int>& units) {
  double sum = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i] >= 0) sum += table.at(i, static_cast<std::size_t>(units[i]));
  }
  return sum;
}

bool near(double found, double expected) {
  return std::abs(found - expected) < 1e-11;
}

}  // namespace

class AgreementTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // The measures are scikit-learn's, accuracy and kappa behind the matching 0-1, 1-0, 2-2.
  void tenPixels() {
    const Agreement found =
        agreementOf(tableOf({1, 1, 0, 0, 0, 0, 2, 2, 2, 1}, {0, 0, 0, 1, 1, 1, 2, 2, 2, 2}, 3, 3));
    QCOMPARE(found.unit_of, (std::vector<int>{1, 0, 2}));
    QVERIFY(near(found.accuracy, 0.8));
    QVERIFY(near(found.purity, 0.8));
    QVERIFY(near(found.adjusted_rand, 0.431818181818));
    QVERIFY(near(found.kappa, 0.701492537313));
    QVERIFY(near(found.normalised_information, 0.618065646292));
    QVERIFY(near(found.mutual_information, 0.673011667009));
    QVERIFY(near(found.producers[0], 2.0 / 3) && near(found.producers[1], 1) &&
            near(found.producers[2], 0.75));
    QVERIFY(near(found.users[0], 2.0 / 3) && near(found.users[1], 0.75) && near(found.users[2], 1));
  }

  void theSameUnderOtherNames() {
    const Agreement found = agreementOf(tableOf({2, 2, 0, 1}, {0, 0, 1, 2}, 3, 3));
    QVERIFY(near(found.accuracy, 1) && near(found.kappa, 1) && near(found.adjusted_rand, 1) &&
            near(found.normalised_information, 1));
  }

  void matchingAgainstTryingAll() {
    Random random(6);
    for (int round = 0; round < 300; ++round) {
      const std::size_t classes = 1 + random.below(5), units = 1 + random.below(5);
      Contingency table(classes, units);
      for (double& count : table.counts) count = static_cast<double>(random.below(30));
      std::vector<std::size_t> order(std::max(classes, units));
      std::iota(order.begin(), order.end(), 0);
      double best = 0;
      do {
        double sum = 0;
        for (std::size_t i = 0; i < classes; ++i) {
          if (order[i] < units) sum += table.at(i, order[i]);
        }
        best = std::max(best, sum);
      } while (std::next_permutation(order.begin(), order.end()));
      const std::vector<int> found = bestMatching(table);
      QCOMPARE(matched(table, found), best);
      std::vector<int> taken;
      for (const int unit : found) {
        if (unit >= 0) taken.push_back(unit);
      }
      std::sort(taken.begin(), taken.end());
      QVERIFY(std::adjacent_find(taken.begin(), taken.end()) == taken.end());
    }
  }

  void moreClassesThanUnits() {
    const Agreement found = agreementOf(tableOf({0, 1, 2, 2}, {0, 0, 1, 1}, 3, 2));
    QVERIFY(near(found.accuracy, 0.75));
    QVERIFY(near(found.purity, 1));
    QCOMPARE(std::count(found.unit_of.begin(), found.unit_of.end(), -1), std::ptrdiff_t(1));
  }

  void unitsThatAreNotThere() {
    const Agreement found = agreementOf(tableOf({0, 0}, {1, 1}, 1, 3));
    QVERIFY(std::isnan(found.producers[0]));
    QVERIFY(near(found.producers[1], 1));
    const Agreement missed = agreementOf(tableOf({0, 0, 0}, {1, 1, 2}, 1, 3));
    QCOMPARE(missed.producers[2], 0.0);
  }
};

QTEST_APPLESS_MAIN(AgreementTest)
#include "agreement_test.moc"
