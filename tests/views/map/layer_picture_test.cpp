// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/layer_picture.h"

#include <QApplication>
#include <QtTest>

#include "tests/core/data/features_fixture.h"

using namespace lineament;
using namespace lineament::views;
using lineament::testing::addRing;

namespace {

constexpr QRgb kSand = 0xffe6c83c, kClay = 0xff783c14;

// An area with a hole, a line below it, a point to the right; the point has no class.
Features layer() {
  GeometryBuilder builder;
  builder.feature(GeometryType::polygon);
  builder.part();
  addRing(builder, {{10, 30}, {50, 30}, {50, 70}, {10, 70}, {10, 30}});
  addRing(builder, {{20, 40}, {40, 40}, {40, 60}, {20, 60}, {20, 40}});
  builder.feature(GeometryType::line);
  builder.part();
  addRing(builder, {{10, 10}, {50, 10}});
  builder.feature(GeometryType::point);
  builder.point(80, 50);
  TextBuilder units, colours;
  for (const char* unit : {"Sand", "Clay", ""}) units.add(unit);
  for (const char* colour : {"#e6c83c", "#783c14", ""}) colours.add(colour);
  std::vector<Column> columns;
  columns.emplace_back("unit", units.finish(), std::vector<std::uint8_t>{0, 0, 1});
  columns.emplace_back("colour", colours.finish());
  return Features("layer", {}, builder.finish(), Table(std::move(columns)));
}

// North up: y grows upwards on the map, downwards on the picture.
const QTransform kFromMap(1, 0, 0, -1, 0, 100);
const QRectF kPlot(0, 0, 100, 100);

QImage drawn(const LayerPicture& picture, const LayerLook& look, const QRectF& plot = kPlot) {
  QImage image(100, 100, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  picture.paint(painter, kFromMap, plot, look);
  return image;
}

}  // namespace

class LayerPictureTest : public QObject {
  Q_OBJECT

  const LayerPicture picture_{layer()};
  const LayerLook solid_{1, 1, 3, 8};

 private Q_SLOTS:
  void areasLinesAndPoints() {
    const QImage image = drawn(picture_, solid_);
    QCOMPARE(image.pixel(15, 50), kSand);
    QCOMPARE(image.pixel(30, 50), 0xffffffff);  // the hole
    QCOMPARE(image.pixel(30, 90), kClay);
    QCOMPARE(image.pixel(80, 50), qRgb(140, 140, 140));
    QCOMPARE(image.pixel(60, 50), 0xffffffff);
    QVERIFY(image.pixel(10, 50) != kSand);  // the outline is darker
  }

  void fillsMayBeSeenThrough() {
    const QImage half = drawn(picture_, {0.5, 1, 3, 8});
    QVERIFY(qBlue(half.pixel(15, 50)) > 140 && qBlue(half.pixel(15, 50)) < 170);
    const QImage none = drawn(picture_, {0, 1, 3, 8});
    QCOMPARE(none.pixel(15, 50), 0xffffffff);
    QVERIFY(none.pixel(10, 50) != 0xffffffff);
  }

  void staysInThePlot() {
    const QImage image = drawn(picture_, solid_, QRectF(0, 0, 30, 100));
    QCOMPARE(image.pixel(15, 50), kSand);
    QCOMPARE(image.pixel(45, 50), 0xffffffff);
    QCOMPARE(image.pixel(80, 50), 0xffffffff);
  }

  void whatIsThere() {
    const auto at = [&](double x, double y) { return picture_.featureAt({x, y}, kFromMap, 3); };
    QCOMPARE(at(15, 50), std::optional<std::size_t>(0));
    QCOMPARE(at(30, 50), std::nullopt);
    QCOMPARE(at(30, 92), std::optional<std::size_t>(1));
    QCOMPARE(at(30, 95), std::nullopt);
    QCOMPARE(at(82, 51), std::optional<std::size_t>(2));
    QCOMPARE(at(90, 51), std::nullopt);
  }

  void theLegendIsTheLayers() {
    QCOMPARE(picture_.legend().attribute, std::string("unit"));
    QCOMPARE(picture_.legend().classes.size(), std::size_t(2));
  }

  void manyVerticesOnAPixel() {
    GeometryBuilder builder;
    builder.feature(GeometryType::polygon);
    builder.part();
    builder.ring();
    for (int i = 0; i <= 100'000; ++i) {
      const double angle = i % 100'000 * 6.283185307179586 / 100'000;
      builder.vertex(50 + 30 * std::cos(angle), 50 + 30 * std::sin(angle));
    }
    const QImage image = drawn(LayerPicture(Features("disc", {}, builder.finish())), solid_);
    int grey = 0;
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 100; ++x) grey += image.pixel(x, y) == qRgb(140, 140, 140);
    }
    QVERIFY(grey > 2600 && grey < 2830);  // 900 pi, less the outline
  }

  void nothing() { QCOMPARE(drawn(LayerPicture(Features()), solid_).pixel(50, 50), 0xffffffff); }
};

QTEST_MAIN(LayerPictureTest)
#include "layer_picture_test.moc"
