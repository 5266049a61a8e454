// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/polygon_area.h"

#include <QtTest>
#include <cmath>
#include <numbers>

#include "core/io/gdal.h"
#include "tests/core/data/features_fixture.h"

using namespace lineament;
using namespace lineament::spatial;
using lineament::testing::addRing;
using lineament::testing::twoAreas;

namespace {

Crs crsOfCode(int code) {
  OGRSpatialReference reference;
  reference.importFromEPSG(code);
  return io::crsOf(&reference);
}

// The area between two parallels of WGS 84 over so many degrees, in closed form (Snyder 1987, Map
// projections: a working manual, equation 3-12).
double zone(double degrees, double south, double north) {
  constexpr double kA = 6378137, kF = 1 / 298.257223563;
  const double e = std::sqrt(kF * (2 - kF));
  const auto q = [e](double latitude) {
    const double sine = std::sin(latitude * std::numbers::pi / 180);
    return (1 - e * e) *
           (sine / (1 - e * e * sine * sine) - std::log((1 - e * sine) / (1 + e * sine)) / (2 * e));
  };
  return kA * kA * degrees * std::numbers::pi / 180 * (q(north) - q(south)) / 2;
}

}  // namespace

class PolygonAreaTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void inThePlane() {
    QCOMPARE(AreaMeter(crsOfCode(32639)).squareMetres(twoAreas(), 0), 96.0);
    const double foot = 1200.0 / 3937;  // of the US survey
    const double area = AreaMeter(crsOfCode(2227)).squareMetres(twoAreas(), 0);
    QVERIFY(std::abs(area - 96 * foot * foot) < 1e-9);
  }

  void onTheEllipsoid() {
    GeometryBuilder builder;
    builder.feature(GeometryType::polygon);
    builder.part();
    const double step = 0.0005;
    addRing(builder,
            {{51, 31}, {51 + step, 31}, {51 + step, 31 + step}, {51, 31 + step}, {51, 31}});
    builder.feature(GeometryType::polygon);
    builder.part();
    addRing(builder, {{10, -1}, {14, -1}, {14, 1}, {10, 1}, {10, -1}});
    addRing(builder, {{11, 0}, {12, 0}, {12, 0.5}, {11, 0.5}, {11, 0}});
    builder.feature(GeometryType::point);
    builder.point(1, 1);
    const Geometries areas = builder.finish();
    const AreaMeter meter(crsOfCode(4326));
    // A small box: its edges along the parallels are as good as geodesics.
    const double small = zone(step, 31, 31 + step);
    QVERIFY(std::abs(meter.squareMetres(areas, 0) / small - 1) < 1e-7);
    // A large one is not, but near the equator they hardly differ.
    const double large = zone(4, -1, 1) - zone(1, 0, 0.5);
    QVERIFY(std::abs(meter.squareMetres(areas, 1) / large - 1) < 1e-3);
    QCOMPARE(meter.squareMetres(areas, 2), 0.0);
  }

  void halfTheEarth() {
    GeometryBuilder builder;
    builder.feature(GeometryType::polygon);
    builder.part();
    builder.ring();
    for (int longitude = -180; longitude <= 180; longitude += 30) builder.vertex(longitude, 0);
    const double all = zone(360, -90, 90);
    QVERIFY(std::abs(AreaMeter(crsOfCode(4326)).squareMetres(builder.finish(), 0) / (all / 2) - 1) <
            1e-9);
  }
};

QTEST_APPLESS_MAIN(PolygonAreaTest)
#include "polygon_area_test.moc"
