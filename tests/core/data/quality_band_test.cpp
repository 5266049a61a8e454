// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/quality_band.h"

#include <QtTest>
#include <cmath>
#include <vector>

#include "tests/core/data/raster_fixture.h"

using namespace lineament;
using lineament::testing::gridOf;
using lineament::testing::twoBands;

namespace {

Raster withQuality(const char* name, std::vector<float> quality) {
  RasterBand red, near, last;
  red.name = "B4";
  near.name = "B5";
  last.name = name;
  std::vector<float> values{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};
  values.insert(values.end(), quality.begin(), quality.end());
  return Raster::of(gridOf(3, 2), {red, near, last}, std::move(values));
}

}  // namespace

class QualityBandTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Clear land is 21824 in Landsat's Collection 2; each of the lowest five bits hides it.
  void bitsOfLandsat() {
    QVERIFY(!hidesGround(QualityBand::landsat, 21824));
    QVERIFY(!hidesGround(QualityBand::landsat, 30048));  // snow
    for (int bit = 0; bit < 16; ++bit) {
      QCOMPARE(hidesGround(QualityBand::landsat, static_cast<float>(1 << bit)), bit < 5);
    }
    QVERIFY(hidesGround(QualityBand::landsat, std::nanf("")));
    QVERIFY(hidesGround(QualityBand::landsat, -1));
  }

  void classesOfSentinel() {
    for (int value = 0; value < 12; ++value) {
      const bool hidden = value < 2 || value == 3 || (value > 7 && value < 11);
      QCOMPARE(hidesGround(QualityBand::sentinel2, static_cast<float>(value)), hidden);
    }
  }

  void hidesWhatLiesUnderClouds() {
    const Raster scene = withQuality("QA_PIXEL", {21824, 22280, 21824, 21824, 1, 21952});
    const Raster clear = withoutClouds(scene);
    QCOMPARE(clear.bands().size(), std::size_t(2));
    QVERIFY(clear.grid() == scene.grid());
    const bool hidden[] = {false, true, false, false, true, false};
    for (std::size_t band = 0; band < 2; ++band) {
      const std::vector<float> before = scene.values(scene.whole(), band);
      const std::vector<float> after = clear.values(clear.whole(), band);
      for (std::size_t i = 0; i < 6; ++i) {
        QVERIFY(hidden[i] ? std::isnan(after[i]) : after[i] == before[i]);
      }
    }
    // Bands by themselves, in any order.
    std::vector<float> swapped(4);
    const std::vector<std::size_t> order{1, 0};
    clear.read({1, 0, 2, 1}, order, 2, 1, swapped);
    QVERIFY(std::isnan(swapped[0]) && swapped[1] == 30 && std::isnan(swapped[2]) &&
            swapped[3] == 3);
  }

  void leavesOthersAsTheyAre() {
    QCOMPARE(withoutClouds(twoBands()).bands().size(), std::size_t(2));
    RasterBand quality;
    quality.name = "SCL";
    const Raster alone = Raster::of(gridOf(2, 1), {quality}, std::vector<float>{4, 8});
    QCOMPARE(withoutClouds(alone).bands().size(), std::size_t(1));
  }
};

QTEST_APPLESS_MAIN(QualityBandTest)
#include "quality_band_test.moc"
