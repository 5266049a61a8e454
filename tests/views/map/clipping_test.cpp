// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/clipping.h"

#include <QtTest>
#include <cmath>

using namespace lineament::views;

namespace {

const QRectF kBox(0, 0, 10, 10);

double areaOf(const QPolygonF& ring) {
  double twice = 0;
  for (qsizetype i = 0; i < ring.size(); ++i) {
    const QPointF &a = ring[i], &b = ring[(i + 1) % ring.size()];
    twice += a.x() * b.y() - b.x() * a.y();
  }
  return std::abs(twice) / 2;
}

}  // namespace

class ClippingTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void areasAreCutAtTheSides() {
    const QPolygonF inside({{2, 2}, {4, 2}, {4, 4}, {2, 4}, {2, 2}});
    QCOMPARE(areaOf(clippedArea(inside, kBox)), 4.0);
    const QPolygonF over({{-5, -5}, {5, -5}, {5, 5}, {-5, 5}, {-5, -5}});
    QCOMPARE(areaOf(clippedArea(over, kBox)), 25.0);
    const QPolygonF around({{-5, -5}, {25, -5}, {25, 25}, {-5, 25}, {-5, -5}});
    QCOMPARE(areaOf(clippedArea(around, kBox)), 100.0);
    const QPolygonF diamond({{5, -5}, {15, 5}, {5, 15}, {-5, 5}, {5, -5}});
    QCOMPARE(areaOf(clippedArea(diamond, kBox)), 100.0);
    for (const QPointF& at : clippedArea(diamond, kBox)) QVERIFY(kBox.contains(at));
    const QPolygonF outside({{20, 2}, {24, 2}, {24, 4}, {20, 2}});
    QCOMPARE(areaOf(clippedArea(outside, kBox)), 0.0);
    QVERIFY(clippedArea({}, kBox).isEmpty());
  }

  // In and out twice: two pieces, and none along the sides.
  void linesAreCutIntoPieces() {
    QPainterPath path;
    addClippedLine(path, QPolygonF({{-5, 5}, {5, 5}, {5, 15}, {8, 15}, {8, 5}}), kBox);
    const auto pieces = path.toSubpathPolygons();
    QCOMPARE(pieces.size(), 2);
    QCOMPARE(pieces[0], QPolygonF({{0, 5}, {5, 5}, {5, 10}}));
    QCOMPARE(pieces[1], QPolygonF({{8, 10}, {8, 5}}));
  }

  void linesThatMissAreNone() {
    QPainterPath path;
    addClippedLine(path, QPolygonF({{-5, -1}, {15, -1}, {15, 20}}), kBox);
    addClippedLine(path, QPolygonF({{3, 3}}), kBox);
    QVERIFY(path.isEmpty());
  }
};

QTEST_MAIN(ClippingTest)
#include "clipping_test.moc"
