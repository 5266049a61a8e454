// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_scale.h"

#include <QtTest>

#include "tests/views/map/small_rasters.h"
#include "views/common/figure_style.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

constexpr double kMm = kUnitsPerMillimetre;

PlacedMap placed(const RasterGrid& grid, const QSizeF& panel, double asked = 0) {
  const MapPlane plane(grid);
  return placeMap(grid.crs, plane, plane.whole(), QRectF({10, 20}, panel * kMm), asked);
}

}  // namespace

class SheetScaleTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void scalesAreRound() {
    QCOMPARE(roundScale(50'000), 50'000.0);
    QCOMPARE(roundScale(50'001), 75'000.0);
    QCOMPARE(roundScale(26'000), 30'000.0);
    QCOMPARE(roundScale(76'000), 100'000.0);
    QCOMPARE(roundScale(9.99), 10.0);
  }

  // 3 x 6 km in 60 x 100 mm: the height decides.
  void allIsShownAtARoundScale() {
    const PlacedMap map = placed(utmGrid(100, 200), {60, 100});
    QCOMPARE(map.denominator, 75'000.0);
    QCOMPARE(map.scale * 1000, kMm * 1e6 / 75'000);  // of a kilometre
    QCOMPARE(map.plot.width(), 40 * kMm);
    QCOMPARE(map.plot.height(), 80 * kMm);
    QCOMPARE(map.plot.center(), QPointF(10 + 30 * kMm, 20 + 50 * kMm));
    QCOMPARE(map.part.size(), QSizeF(3000, 6000));
  }

  // Twice as large as there is room for: the plot is full, and shows the middle.
  void anAskedScaleIsKept() {
    const PlacedMap map = placed(utmGrid(100, 200), {60, 100}, 25'000);
    QCOMPARE(map.denominator, 25'000.0);
    QCOMPARE(map.plot.size(), QSizeF(60 * kMm, 100 * kMm));
    QCOMPARE(map.part.size(), QSizeF(1500, 2500));
    QCOMPARE(map.part.center(), MapPlane(utmGrid(100, 200)).whole().center());
  }

  void aPartAtTheEdgeShowsNoEmptiness() {
    const RasterGrid grid = utmGrid(100, 100);
    const MapPlane plane(grid);
    const QRectF whole = plane.whole();
    const QRectF corner(whole.topLeft(), QSizeF(500, 1000));
    const PlacedMap map = placeMap(grid.crs, plane, corner, {0, 0, 100 * kMm, 100 * kMm}, 0);
    QCOMPARE(map.denominator, 10'000.0);
    QCOMPARE(map.part, QRectF(whole.topLeft(), QSizeF(1000, 1000)));
  }

  void feetAreLengthsToo() {
    RasterGrid grid = utmGrid(100, 100);
    grid.crs.unit = "ft";
    grid.crs.metres = 0.3048;
    const PlacedMap map = placed(grid, {60, 60}, 12'000);
    QCOMPARE(map.scale, 0.3048 * 1000 / 12'000 * kMm);  // an inch for a thousand feet
  }

  void degreesAndPixelsHaveNoScale() {
    RasterGrid degrees = utmGrid(100, 100, 0.001);
    degrees.transform[0] = 51;
    degrees.transform[3] = 27;
    degrees.crs = {"GEOGCRS[...]", "WGS 84", "°", true, 111'000};
    RasterGrid none = utmGrid(100, 50);
    none.crs = {};
    for (const RasterGrid& grid : {degrees, none}) {
      const PlacedMap map = placed(grid, {60, 60}, 50'000);
      QCOMPARE(map.denominator, 0.0);
      QVERIFY(std::abs(std::max(map.plot.width(), map.plot.height()) - 60 * kMm) < 1e-6);
    }
  }
};

QTEST_GUILESS_MAIN(SheetScaleTest)
#include "sheet_scale_test.moc"
