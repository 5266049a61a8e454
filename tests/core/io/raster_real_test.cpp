// SPDX-License-Identifier: GPL-3.0-or-later
// Published scenes, and files made to break readers.
#include <QtTest>

#include "core/io/raster_file.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;
using namespace lineament::io::testing;

namespace {

const std::filesystem::path kData = LINEAMENT_REAL_DATA;

Raster rasterOf(const char* file) {
  return readFile(kData / file).require<Raster>();
}

double meanOf(const Raster& raster, std::size_t band) {
  double sum = 0;
  for (const float value : raster.values(raster.whole(), band)) sum += value;
  return sum / static_cast<double>(raster.columns() * raster.rows());
}

}  // namespace

class RasterRealTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // The numbers are those that GDAL's Python bindings gave for the same files.
  void landsat8Playa() {
    const Raster raster = rasterOf("multispectral/playa_landsat8/Playa_Image.tif");
    QCOMPARE(raster.columns(), 436);
    QCOMPARE(raster.rows(), 433);
    QCOMPARE(raster.bands().size(), std::size_t(7));
    QCOMPARE(raster.bands()[0].type, DType::u16);
    QCOMPARE(raster.grid().crs.name, std::string("WGS 84 / UTM zone 39N"));
    QCOMPARE(raster.grid().crs.unit, std::string("m"));
    QCOMPARE(raster.grid().pixelArea(), 900.0);
    QVERIFY(std::abs(meanOf(raster, 0) - 1269.47) < 0.005);
    QVERIFY(std::abs(meanOf(raster, 6) - 2372.98) < 0.005);
  }

  void rockUnitsHaveNodata() {
    const Raster raster =
        rasterOf("multispectral/wilcannia_rock_units/Wilcannia_RockUnits_30m.tif");
    QCOMPARE(raster.bands()[0].nodata, std::optional<double>(15));
    const std::vector<float> values = raster.values(raster.whole());
    const auto missing =
        std::count_if(values.begin(), values.end(), [](float value) { return std::isnan(value); });
    QVERIFY(missing > 0);
    QVERIFY(std::all_of(values.begin(), values.end(),
                        [](float value) { return std::isnan(value) || value <= 14; }));
  }

  void sentinelBandsAreKnownByTheirNames() {
    const Raster raster = rasterOf("multispectral/sentinel2_20181013/S2B_L1C_B08.tiff");
    QCOMPARE(raster.bands()[0].name, std::string("B8"));
    QCOMPARE(raster.bands()[0].wavelength, 842.0);
  }

  void landsat7Stack() {
    const Raster raster = rasterOf("multispectral/landsat7_gulf/LE70220491999322EDC01_stack.gtif");
    QVERIFY(raster.bands().size() > 1);
    QVERIFY(std::isfinite(raster.bands()[0].wavelength));
  }

  void rotatedAndWithoutPlace() {
    const Raster turned = rasterOf("multispectral/rasterio/rotated.tif");
    QVERIFY(turned.grid().transform[2] != 0);
    const Raster mask = rasterOf("multispectral/playa_landsat8/Playa_Training.tif");
    QVERIFY(!mask.grid().crs.known());
    const Raster holes = rasterOf("multispectral/rasterio/float_nan.tif");
    QVERIFY(std::isnan(holes.values(holes.whole())[1]) || holes.columns() > 0);
  }

  void unusualFilesAreRead() {
    for (const char* name : {"BigTIFFMotorola.tif", "int16_zstd.tif", "no_rows_per_strip.tiff",
                             "planar-rgb-u8.tif", "predictor-3-gray-f32.tif"}) {
      const Raster raster = rasterOf((std::string("awkward/tiff_valid_unusual/") + name).c_str());
      QVERIFY2(!raster.values(raster.whole()).empty(), name);
    }
  }

  // Each is a raster or a clear word; none ends the program or takes for ever.
  void filesMadeToBreakReaders() {
    int errors = 0;
    for (const char* folder : {"awkward/tiff_fuzz", "awkward/geotiff"}) {
      for (const auto& entry : std::filesystem::directory_iterator(kData / folder)) {
        try {
          const Data data = readFile(entry.path());
          const auto* raster = data.as<Raster>();
          if (raster && raster->columns() * raster->rows() < (1 << 24)) {
            raster->values(raster->whole());
          }
        } catch (const Error& error) {
          QVERIFY2(!error.remedy().empty(), entry.path().c_str());
          QVERIFY2(error.found().find(entry.path().string()) == std::string::npos, error.what());
          ++errors;
        }
      }
    }
    QVERIFY(errors > 5);
  }
};

QTEST_APPLESS_MAIN(RasterRealTest)
#include "raster_real_test.moc"
