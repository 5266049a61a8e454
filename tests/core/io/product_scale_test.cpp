// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/product_scale.h"

#include <QtTest>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/data/quality_band.h"
#include "core/io/raster_file.h"
#include "tests/core/io/attacks.h"

using namespace lineament;
using namespace lineament::io;

namespace {

double valueOf(const char* file, const char* band, double stored) {
  const auto scale = productScaleOf(file, band);
  return scale ? scale->scale * stored + scale->offset : std::nan("");
}

// A TIFF of one band of 16 bits, in one strip: header, ten entries, pixels.
void writeWhole16(const std::filesystem::path& path, std::uint32_t columns, std::uint32_t rows,
                  const std::vector<std::uint16_t>& values) {
  std::string bytes("II*\0\x08\0\0\0", 8);
  const auto add = [&bytes](std::uint32_t number, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(number >> (8 * i));
  };
  const std::uint32_t pixels = 8 + 2 + 10 * 12 + 4;
  const std::uint32_t entries[][2] = {{256, columns}, {257, rows}, {258, 16},
                                      {259, 1},       {262, 1},    {273, pixels},
                                      {277, 1},       {278, rows}, {279, 2 * columns * rows},
                                      {339, 1}};
  add(10, 2);
  for (const auto& [tag, value] : entries) {
    add(tag, 2);
    add(4, 2);  // of 32 bits
    add(1, 4);
    add(value, 4);
  }
  add(0, 4);
  for (const std::uint16_t value : values) add(value, 2);
  writeWhole(path, bytes);
}

}  // namespace

class ProductScaleTest : public QObject {
  Q_OBJECT

  lineament::io::testing::Scratch scratch_;

 private Q_SLOTS:
  void productsOfAgencies() {
    const char* landsat = "/a/LC08_L2SP_095082_20200101_02_T1_SR_B4.TIF";
    QVERIFY(std::abs(valueOf(landsat, "B4", 10000) - 0.075) < 1e-12);
    const char* thermal = "LC09_L2SP_095082_20220101_02_T1_ST_B10.TIF";
    QVERIFY(std::abs(valueOf(thermal, "B10", 44000) - 299.39288) < 1e-9);
    QCOMPARE(std::string(productScaleOf(thermal, "B10")->unit), std::string("K"));
    const char* newer =
        "/d/S2B_MSIL2A_20220301T003659_N0400_R059_T54HXD_20220301T020000.SAFE/GRANULE/x/IMG_DATA/"
        "R10m/T54HXD_20220301T003659_B04_10m.jp2";
    QVERIFY(std::abs(valueOf(newer, "B4", 2000) - 0.1) < 1e-12);
    const char* older = "/d/S2B_MSIL2A_20181013T003659_N0209_R059_T54HXD.tif";
    QVERIFY(std::abs(valueOf(older, "B4", 2000) - 0.2) < 1e-12);
    // The product's own folder counts, whatever those above it are called.
    const char* within = "/field_N2024/S2A_MSIL1C_20180101T0_N0206_R1_T54HXD.SAFE/T54HXD_B04.jp2";
    QVERIFY(std::abs(valueOf(within, "B4", 2000) - 0.2) < 1e-12);
    QVERIFY(std::abs(valueOf("AST_07XT_00305032003_B1.tif", "B1", 250) - 0.25) < 1e-12);
  }

  void nothingIsGuessed() {
    for (const char* file : {"LC08_L1TP_095082_20200101_02_T1_B4.TIF", "S2B_L1C_B04.tiff",
                             "T54HXD_20181013T003659_B04_10m.jp2", "scene_B4.tif",
                             "S2A_N04000_B04.tif", "S2A_Nabcd_B04.tif"}) {
      QVERIFY2(!productScaleOf(file, "B4"), file);
    }
    const char* quality = "LC08_L2SP_095082_20200101_02_T1_QA_PIXEL.TIF";
    QVERIFY(!productScaleOf(quality, "QA_PIXEL"));
    QVERIFY(!productScaleOf("/a/S2B_N0400_/T54HXD_20220301T003659_SCL_20m.jp2", "SCL"));
  }

  void filesAreReadAsReflectance() {
    const auto path = scratch_.path("LC08_L2SP_095082_20200101_02_T1_SR_B5.TIF");
    writeWhole16(path, 3, 1, {10000, 0, 20000});
    const Raster scaled = readRaster(path, "auto", {});
    QCOMPARE(scaled.bands()[0].name, std::string("B5"));
    const std::vector<float> values = scaled.values(scaled.whole());
    QVERIFY(std::abs(values[0] - 0.075f) < 1e-7f);
    QVERIFY(std::isnan(values[1]));
    QVERIFY(std::abs(values[2] - 0.35f) < 1e-7f);
    const Raster stored = readRaster(path, "auto", {}, false);
    QCOMPARE(stored.values(stored.whole()), (std::vector<float>{10000, 0, 20000}));
  }

  // A smaller picture of a quality band has values of the band, not their means.
  void qualityBandsAreNotAveraged() {
    const auto path = scratch_.path("LC08_L2SP_095082_20200101_02_T1_QA_PIXEL.TIF");
    std::vector<std::uint16_t> values(400 * 400);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 3 == 0 ? 21824 : 22280;
    writeWhole16(path, 400, 400, values);
    const Raster quality = readRaster(path, "auto", {});
    QCOMPARE(quality.bands()[0].name, std::string("QA_PIXEL"));
    QCOMPARE(qualityBandOf(quality.bands()[0].name), QualityBand::landsat);
    std::vector<float> small(50 * 50);
    const std::size_t band = 0;
    quality.read(quality.whole(), std::span(&band, 1), 50, 50, small);
    for (const float value : small) QVERIFY(value == 21824 || value == 22280);
  }
};

QTEST_APPLESS_MAIN(ProductScaleTest)
#include "product_scale_test.moc"
