// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/attention_picture.h"

#include <QtTest>
#include <cmath>

#include "tests/views/sequence/two_layers.h"
#include "views/common/colour_map.h"

using namespace lineament;
using namespace lineament::views;

class AttentionPictureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rowsOverTheirMagnitudes() {
    QCOMPARE(shownMatrix(twoLayers(), 0, 0, Normalise::rows).weights,
             (std::vector<float>{1, 0, 0.25f, 0.75f}));
    QCOMPARE(shownMatrix(twoLayers(), 1, 0, Normalise::rows).weights,
             (std::vector<float>{-1, 0, 0, 0}));
    QCOMPARE(shownMatrix(twoLayers(), 0, 0, Normalise::none).weights,
             (std::vector<float>{2, 0, 1, 3}));
  }

  void differences() {
    const auto a = shownMatrix(twoLayers(), 0, 0, Normalise::none);
    const auto b = shownMatrix(twoLayers(), 1, 0, Normalise::none);
    QCOMPARE(difference(b, a).weights, (std::vector<float>{-3, 0, -1, -3}));
    QCOMPARE(largestMagnitude(difference(b, a)), 3.0);
  }

  void coloursGoWithTheSquareRoot() {
    const WeightColours one(4, false, false);
    QCOMPARE(one.share(1), 0.5);
    QCOMPARE(one.share(4), 1.0);
    QCOMPARE(one.share(100), 1.0);
    const WeightColours both(4, true, false);
    QCOMPARE(both.share(0), 0.5);
    QCOMPARE(both.share(-1), 0.25);
    QCOMPARE(both.share(-4), 0.0);
    QVERIFY(both.of(1) != both.of(-1));
    QCOMPARE(both.of(std::nanf("")), ColourMap::missing().rgb());
  }

  // A single strong link among thousands of weak ones is still there in a small picture.
  void reducingKeepsTheStrongest() {
    ShownMatrix matrix{std::vector<float>(1000 * 1000, 0.001f), 1000, 1000};
    matrix.weights[777 * 1000 + 333] = -1;
    const WeightColours colours(1, true, false);
    const QImage image = matrixImage(matrix, {0, 1000, 0, 1000}, 100, colours);
    QCOMPARE(image.size(), QSize(100, 100));
    QCOMPARE(image.pixel(33, 77), colours.of(-1));
    QCOMPARE(image.pixel(50, 50), colours.of(0.001f));
  }

  void partsAreCutOut() {
    const ShownMatrix matrix = shownMatrix(twoLayers(), 0, 0, Normalise::none);
    const WeightColours colours(3, false, false);
    const QImage image = matrixImage(matrix, {1, 2, 0, 2}, 10, colours);
    QCOMPARE(image.size(), QSize(2, 1));
    QCOMPARE(image.pixel(1, 0), colours.of(3));
    QVERIFY(matrixImage(matrix, {1, 1, 0, 2}, 10, colours).isNull());
  }
};

QTEST_GUILESS_MAIN(AttentionPictureTest)
#include "attention_picture_test.moc"
