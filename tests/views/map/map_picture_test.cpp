// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_picture.h"

#include <QtTest>
#include <limits>

#include "views/common/colour_map.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const Crs kMetres{"PROJCRS[...]", "UTM", "m", false, 1};

std::vector<RasterBand> bandsCalled(int count) {
  std::vector<RasterBand> bands(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) bands[std::size_t(i)].name = "b" + std::to_string(i + 1);
  return bands;
}

// Two by two, each corner another colour; the last one has no blue.
Raster corners(std::array<double, 6> transform = {0, 10, 0, 0, 0, -10}) {
  return Raster::of({2, 2, transform, kMetres}, bandsCalled(3),
                    std::vector<float>{1, 0, 0, 1,  //
                                       0, 1, 0, 1,  //
                                       0, 0, 1, kNan});
}

MapSettings byExtremes(BandChoice bands) {
  return {std::move(bands), StretchKind::extremes, Ramp::grey, false};
}

QImage layer(const Raster& raster, const MapSettings& settings) {
  const MapOverview overview = readOverview(raster, settings);
  const MapCamera camera(MapPlane(raster.grid()), QRectF(10, 20, 100, 100));
  const MapPicture* pictures[] = {&overview.picture};
  return layerOf(camera, 2, pictures);
}

}  // namespace

class MapPictureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void coloursLieWhereTheirPixelsDo() {
    const QImage image = layer(corners(), byExtremes({0, 1, 2}));
    QCOMPARE(image.size(), QSize(200, 200));
    QCOMPARE(image.pixelColor(50, 50), QColor(Qt::red));
    QCOMPARE(image.pixelColor(150, 50), QColor(0, 255, 0));
    QCOMPARE(image.pixelColor(50, 150), QColor(Qt::blue));
    QCOMPARE(image.pixelColor(150, 150).alpha(), 0);  // a band has no value
    QCOMPARE(image.pixelColor(99, 50), QColor(Qt::red));
    QCOMPARE(image.pixelColor(101, 50), QColor(0, 255, 0));
  }

  void southUpIsTurned() {
    const QImage image = layer(corners({0, 10, 0, 0, 0, 10}), byExtremes({0, 1, 2}));
    QCOMPARE(image.pixelColor(50, 150), QColor(Qt::red));
    QCOMPARE(image.pixelColor(50, 50), QColor(Qt::blue));
  }

  // A quarter to the left: columns go north, rows go east.
  void rotatedIsTurned() {
    const QImage image = layer(corners({0, 0, 10, 0, 10, 0}), byExtremes({0, 1, 2}));
    QCOMPARE(image.pixelColor(50, 150), QColor(Qt::red));
    QCOMPARE(image.pixelColor(50, 50), QColor(0, 255, 0));
    QCOMPARE(image.pixelColor(150, 150), QColor(Qt::blue));
  }

  void oneBandIsGreyOrInARamp() {
    const Raster raster = Raster::of({3, 1, {0, 10, 0, 0, 0, -10}, kMetres}, bandsCalled(1),
                                     std::vector<float>{0, 1, kNan});
    QImage image = readOverview(raster, byExtremes({0})).picture.image;
    QCOMPARE(image.pixelColor(0, 0), QColor(Qt::black));
    QCOMPARE(image.pixelColor(1, 0), QColor(Qt::white));
    QCOMPARE(image.pixelColor(2, 0).alpha(), 0);
    MapSettings coloured = byExtremes({0});
    coloured.ramp = Ramp::colour;
    image = readOverview(raster, coloured).picture.image;
    QCOMPARE(image.pixelColor(1, 0), sequentialMap(false).at(1));
  }

  // Values on both sides of 0 are told apart around a neutral middle.
  void aRampOverZeroIsBalanced() {
    const Raster raster = Raster::of({3, 1, {0, 10, 0, 0, 0, -10}, kMetres}, bandsCalled(1),
                                     std::vector<float>{-4, 0, 1});
    MapSettings settings = byExtremes({0});
    settings.ramp = Ramp::colour;
    const MapOverview overview = readOverview(raster, settings);
    QCOMPARE(overview.picture.look->stretches[0], (BandStretch{-4, 4}));
    QCOMPARE(overview.picture.image.pixelColor(1, 0), divergingMap(false).at(128 / 255.0));
  }

  void classesHaveTheirColours() {
    const Raster raster = Raster::ofLabels({2, 2, {0, 10, 0, 0, 0, -10}, kMetres}, {},
                                           std::vector<std::uint8_t>{3, 7, 255, 9},
                                           {{3, "a", {10, 20, 30}}, {7, "b", {40, 50, 60}}});
    const MapOverview overview = readOverview(raster, byExtremes({0}));
    const QImage& image = overview.picture.image;
    QCOMPARE(image.pixelColor(0, 0), QColor(10, 20, 30));
    QCOMPARE(image.pixelColor(1, 0), QColor(40, 50, 60));
    QCOMPARE(image.pixelColor(0, 1).alpha(), 0);
    QCOMPARE(image.pixelColor(1, 1), ColourMap::missing());
    QCOMPARE(overview.shares.classes, (std::map<std::int64_t, double>{{3, 0.25}, {7, 0.25}}));
    QCOMPARE(overview.shares.none, 0.25);
    QCOMPARE(overview.shares.other, 0.25);
  }

  // Parts of a reading make the same as one reading.
  void partsMakeTheWhole() {
    const std::int64_t columns = 301, rows = 517;
    std::vector<float> values(std::size_t(2 * columns * rows));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i % 1009);
    const Raster raster = Raster::of({columns, rows}, bandsCalled(2), values);
    const MapCells cells = readCells(raster, {1, 0}, raster.whole(), columns, rows);
    QCOMPARE(cells.band(1)[12345], values[12345]);
    QCOMPARE(cells.band(0)[12345], values[std::size_t(columns * rows) + 12345]);
    const MapCells fewer = readCells(raster, {0}, raster.whole(), 1000, 200);
    QCOMPARE(fewer.columns, int(columns));  // not more than there are
    QVERIFY(fewer.pixelsPerCell() > 2.5);
  }

  void readingCanBeStopped() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QVERIFY_EXCEPTION_THROWN(readOverview(corners(), byExtremes({0}), context), Cancelled);
  }

  // A later picture takes the place of an earlier one, also where it has no value.
  void laterPicturesReplaceEarlierOnes() {
    const Raster full = Raster::of({2, 1, {0, 10, 0, 0, 0, -10}, kMetres}, bandsCalled(1),
                                   std::vector<float>{0, 1});
    const Raster hole = Raster::of({2, 1, {0, 10, 0, 0, 0, -10}, kMetres}, bandsCalled(1),
                                   std::vector<float>{kNan, 1});
    const MapOverview under = readOverview(full, byExtremes({0}));
    const MapOverview over = readOverview(hole, byExtremes({0}));
    const MapPicture* pictures[] = {&under.picture, &over.picture};
    const MapCamera camera(MapPlane(full.grid()), QRectF(0, 0, 100, 50));
    QCOMPARE(layerOf(camera, 1, pictures).pixelColor(25, 25).alpha(), 0);
  }
};

QTEST_GUILESS_MAIN(MapPictureTest)
#include "map_picture_test.moc"
