// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_camera.h"

#include <QtTest>
#include <cmath>

using namespace lineament;
using namespace lineament::views;

namespace {

const Crs kMetres{"PROJCRS[...]", "WGS 84 / UTM zone 39N", "m", false, 1};
const Crs kDegrees{"GEOGCRS[...]", "WGS 84", "°", true, 111195};
const QRectF kPlot(20, 10, 400, 300);

RasterGrid gridOf(std::array<double, 6> transform, const Crs& crs = kMetres) {
  return {100, 50, transform, crs};
}

// Where the pixel with the largest column or row lies, seen from the first one.
QPointF away(const RasterGrid& grid, const QPointF& pixel) {
  const MapCamera camera(MapPlane(grid), kPlot);
  return camera.fromPixel().map(pixel) - camera.fromPixel().map(QPointF(0, 0));
}

bool near(const QPointF& a, const QPointF& b, double reach = 1e-6) {
  return std::hypot(a.x() - b.x(), a.y() - b.y()) < reach;
}

}  // namespace

class MapCameraTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void northIsUpWhicheverWayTheRowsRun() {
    QVERIFY(away(gridOf({5e5, 30, 0, 3e6, 0, -30}), {0, 50}).y() > 0);  // rows go south
    QVERIFY(away(gridOf({5e5, 30, 0, 3e6, 0, 30}), {0, 50}).y() < 0);   // rows go north
    QVERIFY(away(gridOf({5e5, -30, 0, 3e6, 0, -30}), {100, 0}).x() < 0);
  }

  // Columns go north-east, rows south-east: turned by 45 degrees to the left.
  void rotatedRastersAreTurned() {
    const double s = 30 * std::sqrt(0.5);
    const RasterGrid grid = gridOf({5e5, s, s, 3e6, s, -s});
    const QPointF right = away(grid, {1, 0}), down = away(grid, {0, 1});
    QVERIFY(right.x() > 0 && std::abs(right.x() + right.y()) < 1e-9);
    QVERIFY(down.x() > 0 && std::abs(down.x() - down.y()) < 1e-9);
  }

  void allWaysLeadBack_data() {
    QTest::addColumn<RasterGrid>("grid");
    QTest::newRow("north up") << gridOf({5e5, 30, 0, 3e6, 0, -30});
    QTest::newRow("south up") << gridOf({5e5, 30, 0, 3e6, 0, 30});
    QTest::newRow("rotated") << gridOf({5e5, 28, 9, 3e6, 11, -27});
    QTest::newRow("degrees") << gridOf({54, 0.01, 0, 37, 0, -0.01}, kDegrees);
    QTest::newRow("no system") << gridOf({0, 1, 0, 0, 0, 1}, {});
  }
  void allWaysLeadBack() {
    QFETCH(RasterGrid, grid);
    MapCamera camera(MapPlane(grid), kPlot);
    camera.zoomAbout(3, {100, 100});
    const QPointF pixel(40.25, 20.5);
    const QPointF at = camera.fromPixel().map(pixel);
    QVERIFY(near(camera.toPixel(at), pixel, 1e-4));
    const QPointF map = camera.toMap(at);
    const auto expected = grid.toMap(pixel.x(), pixel.y());
    QVERIFY(near(map, {expected[0], expected[1]}, 1e-4));
  }

  void allIsSeenAtFirst() {
    const MapPlane plane(gridOf({5e5, 30, 0, 3e6, 0, -30}));
    const MapCamera camera(plane, kPlot);
    const QRectF drawn = camera.fromPixel().mapRect(QRectF(0, 0, 100, 50));
    QVERIFY(near(drawn.center(), kPlot.center()));
    QVERIFY(std::abs(drawn.width() - 400) < 1e-6 && std::abs(drawn.height() - 200) < 1e-6);
    QCOMPARE(camera.visiblePixels().toAlignedRect(), QRect(0, 0, 100, 50));
    QVERIFY(std::abs(camera.unitsPerPixel() - 4) < 1e-9);
  }

  // Degrees of longitude at 60 degrees north are half as wide as those of latitude.
  void degreesAreNarrowed() {
    const MapPlane plane(gridOf({10, 0.01, 0, 60.25, 0, -0.01}, kDegrees));
    const MapCamera camera(plane, kPlot);
    const QRectF drawn = camera.fromPixel().mapRect(QRectF(0, 0, 100, 100));
    QVERIFY(std::abs(drawn.width() / drawn.height() - 0.5) < 1e-6);
  }

  void withoutASystemPixelsAreTheCoordinates() {
    const MapPlane plane(gridOf({7, 2, 0, 9, 0, -2}, {}));
    QVERIFY(!plane.mapped());
    const MapCamera camera(plane, kPlot);
    QVERIFY(near(camera.toMap(camera.fromPixel().map(QPointF(3, 4))), {3, 4}));
    QVERIFY(away(gridOf({7, 2, 0, 9, 0, -2}, {}), {0, 1}).y() > 0);
    QVERIFY(!MapPlane(gridOf({0, 0, 0, 0, 0, 0})).mapped());  // cannot be turned around
  }

  void zoomingHoldsThePointersPlace() {
    MapCamera camera(MapPlane(gridOf({5e5, 28, 9, 3e6, 11, -27})), kPlot);
    const QPointF at(200, 150);
    const QPointF before = camera.toMap(at);
    camera.zoomAbout(5, at);
    QVERIFY(near(camera.toMap(at), before, 1e-5));
    QVERIFY(camera.visible().width() > 0);
  }

  void zoomingEnds() {
    const MapPlane plane(gridOf({5e5, 30, 0, 3e6, 0, -30}));
    MapCamera camera(plane, kPlot);
    const double all = camera.scale();
    for (int i = 0; i < 100; ++i) camera.zoomAbout(2, kPlot.center());
    QVERIFY(std::abs(camera.unitsPerPixel() - 100) < 1e-6);
    for (int i = 0; i < 200; ++i) camera.zoomAbout(0.5, kPlot.center());
    QVERIFY(std::abs(camera.scale() - all / 4) < 1e-9);
  }

  void panningFollowsTheHandAndKeepsTheRaster() {
    MapCamera camera(MapPlane(gridOf({5e5, 30, 0, 3e6, 0, -30})), kPlot);
    const QPointF pixel = camera.toPixel({100, 100});
    camera.pan({15, -7});
    QVERIFY(near(camera.toPixel({115, 93}), pixel));
    camera.pan({1e6, 1e6});
    QVERIFY(near(camera.toPixel(kPlot.center()), {0, 0}, 1e-4));
  }

  void aPartOfAnyShapeIsSeenWhole() {
    const MapPlane plane(gridOf({5e5, 30, 0, 3e6, 0, -30}));
    const QRectF part = plane.fromPixel().mapRect(QRectF(10, 10, 5, 20));
    const MapCamera camera(plane, kPlot, part);
    QVERIFY(camera.visible().contains(part.adjusted(1e-6, 1e-6, -1e-6, -1e-6)));
    const MapCamera none(plane, kPlot, QRectF());
    QVERIFY(none.visible().contains(plane.whole().center()));
  }
};

QTEST_GUILESS_MAIN(MapCameraTest)
#include "map_camera_test.moc"
