// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/raster.h"

#include <QtTest>
#include <array>

#include "core/base/error.h"
#include "core/data/data.h"
#include "tests/core/data/raster_fixture.h"

using namespace lineament;
using namespace lineament::testing;

class RasterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void placesPixelsOnTheMap() {
    RasterGrid grid = gridOf(100, 50);
    QCOMPARE(grid.toMap(0, 0), (std::array<double, 2>{706269, 3496063}));
    QCOMPARE(grid.toMap(2, 1), (std::array<double, 2>{706329, 3496033}));
    QCOMPARE(grid.toPixel(706329, 3496033).value(), (std::array<double, 2>{2, 1}));
    QCOMPARE(grid.pixelArea(), 900.0);
  }

  void turnedAndSouthUp() {
    RasterGrid grid = gridOf(10, 10);
    grid.transform = {10, 3, 4, 20, 4, -3};  // sides of 5, turned
    QCOMPARE(grid.pixelWidth(), 5.0);
    QCOMPARE(grid.pixelHeight(), 5.0);
    QCOMPARE(grid.pixelArea(), 25.0);
    const auto place = grid.toMap(2.5, 7);
    const auto pixel = grid.toPixel(place[0], place[1]).value();
    QVERIFY(std::abs(pixel[0] - 2.5) < 1e-12 && std::abs(pixel[1] - 7) < 1e-12);
    grid.transform = {0, 1, 0, 0, 0, 1};
    QCOMPARE(grid.toMap(1, 3)[1], 3.0);
  }

  void aFlatTransformHasNoWayBack() {
    RasterGrid grid = gridOf(2, 2);
    grid.transform = {0, 1, 2, 0, 2, 4};
    QVERIFY(!grid.toPixel(1, 1));
  }

  void sameGrids() {
    const RasterGrid grid = gridOf(1000, 10);
    RasterGrid other = grid;
    other.transform[0] += 0.01;
    QVERIFY(grid.sameAs(other));
    other.transform[1] += 0.01;  // adds up to 10 m at the far side
    QVERIFY(!grid.sameAs(other));
    other = grid;
    other.crs.wkt = "another";
    QVERIFY(!grid.sameAs(other));
  }

  void readsWindows() {
    const Raster raster = twoBands();
    QCOMPARE(raster.values({1, 0, 2, 2}), (std::vector<float>{2, 3, 5, 6}));
    std::vector<float> both(4);
    const std::array<std::size_t, 2> bands{1, 0};
    raster.read({2, 0, 1, 2}, bands, 1, 2, both);
    QCOMPARE(both, (std::vector<float>{30, 60, 3, 6}));
    QVERIFY(std::isnan(raster.values({0, 1, 1, 1}, 1)[0]));
  }

  void reducesNumbersByTheirMean() {
    std::vector<float> one(1);
    const std::size_t band = 1;
    twoBands().read({0, 0, 3, 2}, std::span(&band, 1), 1, 1, one);
    QCOMPARE(one[0], 34.0f);  // (10 + 20 + 30 + 50 + 60) / 5: what is not there does not count
  }

  void reducesClassesByAPixel() {
    std::vector<float> four(4);
    const std::size_t band = 0;
    fourByFour().read({0, 0, 4, 4}, std::span(&band, 1), 2, 2, four);
    QCOMPARE(four[0], 0.0f);
    QCOMPARE(four[1], 1.0f);
    QCOMPARE(four[2], 2.0f);
    QVERIFY(std::isnan(four[3]));
  }

  void knowsItsClasses() {
    const Raster raster = fourByFour();
    QVERIFY(raster.categorical());
    QCOMPARE(raster.findClass(2)->name, std::string("Salt"));
    QVERIFY(raster.findClass(7) == nullptr);
    QVERIFY(!twoBands().categorical());
  }

  void saysWhatItIs() {
    QCOMPARE(summaryLine(Data(twoBands())), std::string("3 x 2 pixels, 2 bands"));
    QCOMPARE(summaryLine(Data(fourByFour())), std::string("4 x 4 pixels, 3 classes"));
    const nlohmann::json summary = summaryOf(Data(twoBands()));
    QCOMPARE(summary["bands"][0]["wavelength_nm"].get<double>(), 655.0);
    QVERIFY(!summary["bands"][1].contains("wavelength_nm"));
  }

  void refusesAWrongCount() {
    QVERIFY_EXCEPTION_THROWN(Raster::of(gridOf(2, 2), {RasterBand()}, std::vector<float>(3)),
                             Error);
  }
};

QTEST_APPLESS_MAIN(RasterTest)
#include "raster_test.moc"
