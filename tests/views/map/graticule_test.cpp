// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/graticule.h"

#include <QtTest>
#include <cmath>

using namespace lineament;
using namespace lineament::views;

namespace {

const QRectF kPlot(0, 0, 400, 200);

Graticule over(const RasterGrid& grid, const QRectF& plot = kPlot) {
  const MapPlane plane(grid);
  return graticuleFor(grid.crs, plane, MapCamera(plane, plot));
}

}  // namespace

class GraticuleTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // 4000 m by 2000 m: 110 units are 1100 m, the next round step is 2000 m.
  void coordinatesAreRound() {
    const Crs crs{"PROJCRS[...]", "UTM", "m", false, 1};
    const Graticule lines = over({100, 50, {499'000, 40, 0, 3'001'000, 0, -40}, crs});
    QCOMPARE(lines.upright.size(), 2u);
    QCOMPARE(lines.upright[0].label, QString("500,000 m"));
    QCOMPARE(lines.upright[0].at, 100.0);
    QCOMPARE(lines.upright[1].label, QString("502,000 m"));
    QCOMPARE(lines.upright[1].at, 300.0);
    QCOMPARE(lines.level.size(), 1u);
    QCOMPARE(lines.level[0].label, QString("3,000,000 m"));
    QCOMPARE(lines.level[0].at, 100.0);
  }

  void degreesSayTheirSide() {
    const Crs crs{"GEOGCRS[...]", "WGS 84", "°", true, 111195};
    const Graticule lines = over({40, 20, {-2, 0.1, 0, 1, 0, -0.1}, crs});
    QStringList labels;
    for (const GraticuleLine& line : lines.upright) labels << line.label;
    QCOMPARE(labels, (QStringList{"2° W", "0°", "2° E"}));
  }

  void withoutASystemColumnsAndRows() {
    const Graticule lines = over({40, 20, {0, 1, 0, 0, 0, 1}, {}});
    QCOMPARE(lines.upright[1].label, QString("20"));
    QCOMPARE(lines.upright[1].at, 200.0);
    QCOMPARE(lines.level[0].label, QString("0"));  // the first row is on top
    QCOMPARE(lines.level[0].at, 0.0);
  }

  // South-up: the larger coordinate is still further up.
  void northIsUp() {
    const Crs crs{"PROJCRS[...]", "UTM", "m", false, 1};
    const Graticule lines = over({100, 100, {0, 40, 0, 0, 0, 40}, crs}, QRectF(0, 0, 400, 400));
    QVERIFY(lines.level.size() >= 2);
    QVERIFY(lines.level[0].at > lines.level[1].at);
    QCOMPARE(lines.level[0].label, QString("0 m"));
  }
};

QTEST_GUILESS_MAIN(GraticuleTest)
#include "graticule_test.moc"
