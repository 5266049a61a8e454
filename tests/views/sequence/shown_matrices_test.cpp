// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/shown_matrices.h"

#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "tests/views/sequence/two_layers.h"

using namespace lineament;
using namespace lineament::views;

class ShownMatricesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void oneScaleForAll() {
    const ShownMatrices shown = shownMatrices(twoLayers(), {Normalise::none, false}, {});
    QCOMPARE(shown.matrices.size(), std::size_t{2});
    QCOMPARE(shown.matrices[1].weights, (std::vector<float>{-1, 0, 0, 0}));
    QCOMPARE(shown.limit, 3.0);
    QVERIFY(shown.has_negative);
    AttentionStack positive = twoLayers();
    positive.layers.pop_back();
    positive.weights = std::vector<float>{2, 0, 1, 3};
    QVERIFY(!shownMatrices(positive, {}, {}).has_negative);
  }

  void factsOfEachMatrix() {
    const ShownMatrices shown = shownMatrices(twoLayers(), {Normalise::rows, false}, {});
    // Rows (1, 0) and (1/4, 3/4); a row of zeros has no entropy.
    const double second = -(0.25 * std::log(0.25) + 0.75 * std::log(0.75));
    QVERIFY(std::abs(shown.facts[0].entropy - second / 2) < 1e-7);
    QCOMPARE(shown.facts[1].entropy, 0.0);
    QCOMPARE(shown.facts[0].negative, 0.0);
    QCOMPARE(shown.facts[1].negative, 0.25);
    QCOMPARE(shown.facts[0].largest, 1.0);
  }

  void differencesAreFromTheFirst() {
    const ShownMatrices shown = shownMatrices(twoLayers(), {Normalise::none, true}, {});
    QCOMPARE(shown.matrices[0].weights, (std::vector<float>{2, 0, 1, 3}));
    QCOMPARE(shown.matrices[1].weights, (std::vector<float>{-3, 0, -1, -3}));
    QCOMPARE(shown.facts[1].largest, 3.0);
    QVERIFY((shown.wish == MatrixWish{Normalise::none, true}));
  }

  void canBeCancelled() {
    std::stop_source source;
    source.request_stop();
    Context context;
    context.stop = source.get_token();
    try {
      shownMatrices(twoLayers(), {}, context);
      QFAIL("it went on");
    } catch (const Cancelled&) {
    }
    QVERIFY(shownMatrices({}, {}, {}).matrices.empty());
  }
};

QTEST_GUILESS_MAIN(ShownMatricesTest)
#include "shown_matrices_test.moc"
