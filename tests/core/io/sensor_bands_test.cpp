// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/sensor_bands.h"

#include <QtTest>
#include <cmath>

using namespace lineament;
using namespace lineament::io;

class SensorBandsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void findsBandNames() {
    QCOMPARE(bandNameIn("S2B_L1C_B01"), std::string("B1"));
    QCOMPARE(bandNameIn("T54HXD_20181013T003659_B8A_20m"), std::string("B8A"));
    QCOMPARE(bandNameIn("LC08_L2SP_095082_SR_B10"), std::string("B10"));
    QCOMPARE(bandNameIn("AST_07XT_B3N"), std::string("B3N"));
    QCOMPARE(bandNameIn("Band 4"), std::string("B4"));
    QCOMPARE(bandNameIn("band_4 (red)"), std::string("B4"));
    QCOMPARE(bandNameIn("b4"), std::string("B4"));
  }

  void findsNoneElsewhere() {
    for (const char* text : {"", "B", "LAB4", "B4x", "B123", "BLUE", "dem_30m"}) {
      QVERIFY2(bandNameIn(text).empty(), text);
    }
  }

  void knowsFilesOfAgencies() {
    const auto idOf = [](std::string_view stem) {
      const Sensor* sensor = sensorOfFile(stem);
      return sensor ? std::string(sensor->id) : std::string();
    };
    QCOMPARE(idOf("S2B_MSIL2A_20181013"), std::string("sentinel2"));
    QCOMPARE(idOf("T54HXD_20181013T003659_B02_10m"), std::string("sentinel2"));
    QCOMPARE(idOf("LC09_L2SP_095082"), std::string("landsat-oli"));
    QCOMPARE(idOf("LE70220491999322EDC01_stack"), std::string("landsat-etm"));
    QCOMPARE(idOf("AST_07XT_00303"), std::string("aster"));
    QCOMPARE(idOf("Playa_Image"), std::string());
    QCOMPARE(idOf("Training_area"), std::string());
  }

  void namesAStackInItsOrder() {
    std::vector<RasterBand> bands(6);
    nameBands(bands, findSensor("landsat-etm"), "stack");
    QCOMPARE(bands[5].name, std::string("B7"));  // the thermal band is left out of such stacks
    QCOMPARE(bands[5].wavelength, 2220.0);
    QCOMPARE(bands[0].title, std::string("Blue"));
  }

  void keepsNamesThatAreThere() {
    std::vector<RasterBand> bands(2);
    bands[0].name = "Red";
    bands[1].name = "B8";
    nameBands(bands, findSensor("sentinel2"), "scene");
    QCOMPARE(bands[0].name, std::string("Red"));
    QVERIFY(std::isnan(bands[0].wavelength));
    QCOMPARE(bands[1].wavelength, 842.0);
  }

  void numbersWhatNothingIsKnownOf() {
    std::vector<RasterBand> bands(2);
    nameBands(bands, nullptr, "scene");
    QCOMPARE(bands[1].name, std::string("Band 2"));
    std::vector<RasterBand> one(1);
    nameBands(one, nullptr, "scene_B04");
    QCOMPARE(one[0].name, std::string("B4"));
  }
};

QTEST_APPLESS_MAIN(SensorBandsTest)
#include "sensor_bands_test.moc"
