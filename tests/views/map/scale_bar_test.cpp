// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/scale_bar.h"

#include <QtTest>
#include <cmath>

using namespace lineament;
using namespace lineament::views;

namespace {

// A hundred pixels on 400 units: one takes four.
ScaleBar barOf(double pixel, const Crs& crs, double longest = 110) {
  const MapPlane plane(RasterGrid{100, 75, {0, pixel, 0, 0, 0, -pixel}, crs});
  return scaleBarFor(crs, plane, MapCamera(plane, QRectF(0, 0, 400, 300)), longest);
}

Crs metres() {
  return {"PROJCRS[...]", "UTM", "m", false, 1};
}

}  // namespace

class ScaleBarTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void lengthsAreRound() {
    // 110 units are 27.5 pixels.
    QCOMPARE(barOf(30, metres()).label, QString("500 m"));  // of 825 m
    QVERIFY(std::abs(barOf(30, metres()).width - 500.0 / 30 * 4) < 1e-6);
    QCOMPARE(barOf(10, metres()).label, QString("200 m"));
    QCOMPARE(barOf(40, metres()).label, QString("1 km"));
    QCOMPARE(barOf(2000, metres()).label, QString("50 km"));
    QCOMPARE(barOf(0.01, metres()).label, QString("0.2 m"));
  }

  void aLengthThatFitsExactlyIsTaken() {
    QCOMPARE(barOf(10, metres(), 200).label, QString("500 m"));
    QVERIFY(std::abs(barOf(10, metres(), 200).width - 200) < 1e-6);
  }

  void otherUnitsAreTheirOwn() {
    Crs feet{"PROJCRS[...]", "State plane", "ft", false, 0.3048};
    QCOMPARE(barOf(100, feet).label, QString("2000 ft"));
  }

  void withoutASystemPixels() {
    QCOMPARE(barOf(30, {}).label, QString("20 px"));
    QVERIFY(std::abs(barOf(30, {}).width - 80) < 1e-9);
  }

  // Published lengths of a degree of longitude on WGS 84.
  void degreesAreMeasuredOnTheEllipsoid() {
    QVERIFY(std::abs(metresOfLongitude(0) - 111319.49) < 0.01);
    QVERIFY(std::abs(metresOfLongitude(60) - 55800) < 1);
    QVERIFY(std::abs(metresOfLongitude(-60) - metresOfLongitude(60)) < 1e-9);
  }

  void degreesByTheLatitudeThatIsSeen() {
    const Crs degrees{"GEOGCRS[...]", "WGS 84", "°", true, 111195};
    const MapPlane plane(RasterGrid{1800, 600, {0, 0.1, 0, 60, 0, -0.1}, degrees});
    const QRectF plot(0, 0, 400, 300);
    const auto metresPerUnit = [&](double latitude) {
      const QPointF middle = plane.fromMap({90, latitude});
      const MapCamera camera(plane, plot, QRectF(middle - QPointF(2, 1.5), QSizeF(4, 3)));
      const ScaleBar bar = scaleBarFor(degrees, plane, camera, 110);
      return bar.label.section(' ', 0, 0).toDouble() / bar.width;
    };
    QVERIFY(std::abs(metresPerUnit(10) / metresPerUnit(55) -
                     metresOfLongitude(10) / metresOfLongitude(55)) < 1e-6);
  }

  void nothingToMeasure() {
    Crs odd = metres();
    odd.metres = 0;
    QCOMPARE(barOf(30, odd).width, 0.0);
  }
};

QTEST_GUILESS_MAIN(ScaleBarTest)
#include "scale_bar_test.moc"
