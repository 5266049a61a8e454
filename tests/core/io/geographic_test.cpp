// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/geographic.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <string>

using namespace lineament;
using namespace lineament::io;

namespace {

const std::string kDegrees =
    "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],"
    "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433],"
    "AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],AUTHORITY[\"EPSG\",\"4326\"]]";

// A zone of UTM: a transverse Mercator projection about its middle meridian.
Crs utm(int meridian, bool south = false) {
  return {"PROJCS[\"UTM\"," + kDegrees +
              ",PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",0],"
              "PARAMETER[\"central_meridian\"," +
              std::to_string(meridian) +
              "],PARAMETER[\"scale_factor\",0.9996],PARAMETER[\"false_easting\",500000],"
              "PARAMETER[\"false_northing\"," +
              (south ? "10000000" : "0") + "],UNIT[\"metre\",1]]",
          "UTM", "m", false, 1};
}

// The latitude whose meridian arc from the equator is so long (Krueger's series, to n^3).
double latitudeOfArc(double metres) {
  const double f = 1 / 298.257223563, a = 6378137, n = f / (2 - f);
  const double mu = metres / (a / (1 + n) * (1 + n * n / 4 + n * n * n * n / 64));
  const double latitude = mu + (1.5 * n - 27.0 / 32 * n * n * n) * std::sin(2 * mu) +
                          21.0 / 16 * n * n * std::sin(4 * mu) +
                          151.0 / 96 * n * n * n * std::sin(6 * mu);
  return latitude * 180 / M_PI;
}

}  // namespace

class GeographicTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // On the middle meridian the northing is the meridian's arc, shortened by the scale factor.
  void theMiddleMeridianIsItsArc() {
    const Geographic north(utm(51)), south(utm(-63, true));
    for (const double arc : {0.0, 1'234'567.0, 3'000'000.0, 7'500'000.0}) {
      const auto place = north.lonLat(500'000, arc);
      QVERIFY(place);
      QVERIFY(std::abs((*place)[0] - 51) < 1e-9);
      QVERIFY(std::abs((*place)[1] - latitudeOfArc(arc / 0.9996)) < 1e-7);
      const auto below = south.lonLat(500'000, 10'000'000 - arc);
      QVERIFY(below);
      QVERIFY(std::abs((*below)[0] + 63) < 1e-9);
      QVERIFY(std::abs((*below)[1] + (*place)[1]) < 1e-9);
    }
  }

  void eastIsEast() {
    const Geographic zone(utm(51));
    QVERIFY((*zone.lonLat(600'000, 3'000'000))[0] > 51.9);
    QVERIFY((*zone.lonLat(400'000, 3'000'000))[0] < 50.1);
  }

  // The books put the latitude first; rasters do not.
  void degreesStayWhatTheyAre() {
    const Geographic degrees(Crs{kDegrees, "WGS 84", "°", true, 111'319});
    const auto place = degrees.lonLat(141.25, -31.5);
    QVERIFY(place);
    QVERIFY(std::abs((*place)[0] - 141.25) < 1e-9 && std::abs((*place)[1] + 31.5) < 1e-9);
  }

  void whereThereIsNoPlaceNothingIsSaid() {
    QVERIFY(!Geographic(Crs()).lonLat(1, 2));
    QVERIFY(!Geographic(Crs{"no system at all", "", "", false, 1}).lonLat(1, 2));
    const Geographic zone(utm(51));
    QVERIFY(!zone.lonLat(std::numeric_limits<double>::quiet_NaN(), 0));
    QVERIFY(!zone.lonLat(1e30, 1e30));
    QVERIFY(!Geographic(Crs{kDegrees, "WGS 84", "°", true, 1}).lonLat(300, 100));
  }

  void itMayBeHandedOn() {
    Geographic first(utm(51));
    const Geographic second = std::move(first);
    QVERIFY(second.lonLat(500'000, 0));
  }
};

QTEST_APPLESS_MAIN(GeographicTest)
#include "geographic_test.moc"
