// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_figure.h"

#include <QImage>
#include <QPainter>
#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "tests/views/map/small_rasters.h"
#include "views/common/figure_export.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

const QSize kSize(640, 480);

MapFigure figureOf(const Raster& raster, const nlohmann::json& options = {}) {
  MapFigure figure;
  figure.setData(Data(raster));
  if (!options.is_null()) figure.setOptions(options);
  figure.prepare({});
  return figure;
}

QImage painted(const MapFigure& figure, const Theme& theme = figureTheme()) {
  QImage image(kSize, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  figure.paint(painter, kSize, theme);
  return image;
}

// The colour in the middle of a raster's pixel.
QColor at(const MapFigure& figure, const QImage& image, double column, double row) {
  const QPointF place = figure.camera(kSize).fromPixel().map(QPointF(column + 0.5, row + 0.5));
  return image.pixelColor(int(std::floor(place.x())), int(std::floor(place.y())));
}

QString svgOf(const MapFigure& figure) {
  return QString::fromUtf8(figureSvg(figure, {}));
}

int countIn(const QImage& image, const QRectF& area, const QColor& colour) {
  int count = 0;
  for (int y = int(area.top()); y < int(area.bottom()); ++y) {
    for (int x = int(area.left()); x < int(area.right()); ++x) {
      count += image.pixelColor(x, y) == colour;
    }
  }
  return count;
}

Raster corners(const Crs& crs) {
  std::vector<RasterBand> bands(3);
  for (std::size_t i = 0; i < 3; ++i) bands[i].name = "b" + std::to_string(i + 1);
  const float none = std::numeric_limits<float>::quiet_NaN();
  RasterGrid grid = utmGrid(2, 2);
  grid.crs = crs;
  return Raster::of(grid, bands, std::vector<float>{1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, none});
}

// A ramp of grey from west to east, in pixels twice as large as those of stripes(100, 100) and with
// a margin of ten of them around.
Raster greyImage() {
  RasterGrid grid = utmGrid(70, 70, 60);
  grid.transform[0] -= 600;
  grid.transform[3] += 600;
  std::vector<float> values;
  for (int i = 0; i < 70 * 70; ++i) values.push_back(float(i % 70));
  std::vector<RasterBand> band(1);
  band[0].name = "b1";
  return Raster::of(grid, band, std::move(values));
}

MapFigure overImage(const nlohmann::json& options) {
  MapFigure figure;
  figure.setData(Data(stripes(100, 100)));
  figure.setOptions({{"background", 7},
                     {"background_name", "Scene"},
                     {"stretch", "minmax"},
                     {"graticule", false}});
  figure.setOptions(options);
  figure.setCompanion(7, Data(greyImage()));
  figure.prepare({});
  return figure;
}

// Of greyImage() under a pixel of stripes(100, 100).
QColor greyBelow(int column, int) {
  const int grey = int(std::lround(255.0 * (10 + column / 2) / 69));
  return {grey, grey, grey};
}

QColor classColourAt(int column) {
  const auto colour = classColour(std::size_t(column * 7 / 100));
  return {colour[0], colour[1], colour[2]};
}

QColor mixed(const QColor& above, const QColor& below, double opacity) {
  const auto part = [&](int a, int b) { return int(std::lround(opacity * a + (1 - opacity) * b)); };
  return {part(above.red(), below.red()), part(above.green(), below.green()),
          part(above.blue(), below.blue())};
}

bool near(const QColor& a, const QColor& b, int off) {
  return std::abs(a.red() - b.red()) <= off && std::abs(a.green() - b.green()) <= off &&
         std::abs(a.blue() - b.blue()) <= off;
}

}  // namespace

class MapFigureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void coloursLieWhereTheirPixelsDo() {
    for (const Crs& crs : {kUtm, Crs()}) {
      const MapFigure figure =
          figureOf(corners(crs), {{"stretch", "minmax"}, {"graticule", false}});
      const QImage image = painted(figure);
      QCOMPARE(at(figure, image, 0, 0), QColor(Qt::red));
      QCOMPARE(at(figure, image, 1, 0), QColor(0, 255, 0));
      QCOMPARE(at(figure, image, 0, 1), QColor(Qt::blue));
      QCOMPARE(at(figure, image, 1, 1), figureTheme().view);  // no value: the ground is seen
    }
  }

  void opacityLetsTheGroundThrough() {
    const MapFigure figure =
        figureOf(corners(kUtm), {{"stretch", "minmax"}, {"graticule", false}, {"opacity", 0.5}});
    const QColor red = at(figure, painted(figure), 0, 0);
    QVERIFY(red.red() == 255 && std::abs(red.green() - 128) <= 1);
  }

  void trueColourIsUsual() {
    const MapFigure figure = figureOf(landsat());
    QCOMPARE(figure.options()["bands"], (nlohmann::json{"B4", "B3", "B2"}));
    const QString svg = svgOf(figure);
    for (const char* text :
         {"red: B4 Red", "green: B3 Green", "blue: B2 Blue", "UTM zone 39N", "3,000,000 m"}) {
      QVERIFY2(svg.contains(text), text);
    }
    QCOMPARE(figure.caption(),
             QString("120 × 90 pixels · WGS 84 / UTM zone 39N · stretched over 2 to 98 %"));
    const MapFigure without = figureOf(landsat(), {{"legend", false}});
    QVERIFY(without.caption().contains("red B4 Red, green B3 Green, blue B2 Blue"));
  }

  void theLegendHasOneSwatchPerClass() {
    const Raster raster = stripes();
    const MapFigure figure = figureOf(raster);
    const QImage image = painted(figure);
    const QRectF legend = figure.legendArea(kSize);
    for (std::size_t i = 0; i < 7; ++i) {
      const auto& colour = raster.classes()[i].colour;
      const QColor wanted(colour[0], colour[1], colour[2]);
      QVERIFY(countIn(image, legend, wanted) >= 90);
      QCOMPARE(at(figure, image, double(i) * 20 + 10, 50), wanted);
    }
    QCOMPARE(at(figure, image, 70, 95), figureTheme().view);
    const QString svg = svgOf(figure);
    for (const char* text : {"Dune sand", "Undivided sediments", "no data", "10 %"}) {
      QVERIFY2(svg.contains(text), text);
    }
    const QPointF third = legend.topLeft() + QPointF(5, 2.5 * kLegendRow);
    QCOMPARE(figure.legendTextAt(third, kSize), QString("Dune sand: 13 %"));
    QVERIFY(figure.legendTextAt({100, 100}, kSize).isEmpty());
    const MapFigure without = figureOf(raster, {{"legend", false}});
    QVERIFY(without.legendArea(kSize).isEmpty());
    QVERIFY(without.frame(kSize).width() > figure.frame(kSize).width() + 80);
    QVERIFY(!svgOf(without).contains("Dune sand"));
  }

  void aBandAloneHasABar() {
    const MapFigure figure = figureOf(landsat(), {{"bands", {"B5"}}, {"ramp", "colour"}});
    QVERIFY(svgOf(figure).contains("B5 NIR"));
    QVERIFY(!figure.legendArea(kSize).isEmpty());
    const QColor colour = at(figure, painted(figure), 20, 20);
    QVERIFY(colour.red() != colour.blue());
  }

  void distancesWithoutASystemAreInPixels() {
    const MapFigure figure = figureOf(corners({}));
    QVERIFY(figure.caption().contains("no CRS: distances in pixels"));
    QVERIFY(svgOf(figure).contains(" px"));
    QVERIFY(figure.describe({{1, 0, {}}, {}, {}}) == "column 1, row 0");
  }

  void filesAreFinerThanTheOverview() {
    // Stripes of one pixel: black and white in a file, grey in the small picture of all.
    const std::int64_t columns = 1200, rows = 8;
    std::vector<float> values;
    for (std::int64_t i = 0; i < columns * rows; ++i) values.push_back(float(i % 2));
    const Raster raster =
        Raster::of(utmGrid(columns, rows), std::vector<RasterBand>(1), std::move(values));
    MapFigure figure = figureOf(raster, {{"stretch", "minmax"}, {"legend", false}});
    const QPointF middle = figure.plane().toMap(figure.plane().whole().center());
    figure.setOptions(
        {{"view", {middle.x() - 300, middle.y() - 100, middle.x() + 300, middle.y() + 100}}});
    figure.prepare({});
    QVERIFY(figure.reduction() < 1.01);
    const QImage image = painted(figure);
    QCOMPARE(at(figure, image, 600, 3), QColor(Qt::black));
    QCOMPARE(at(figure, image, 601, 3), QColor(Qt::white));
  }

  void reductionIsSaid() {
    const Raster raster =
        Raster::of(utmGrid(6000, 10), std::vector<RasterBand>(1), std::vector<float>(60000));
    QVERIFY(figureOf(raster).caption().contains("each cell is the mean of 2.5 × 2.5 pixels"));
  }

  void titleStandsAbove() {
    const MapFigure figure = figureOf(stripes(), {{"title", "Rock units"}});
    QVERIFY(svgOf(figure).contains("Rock units"));
    QVERIFY(figure.frame(kSize).top() > figureOf(stripes()).frame(kSize).top() + 10);
  }

  void optionsComeBack() {
    const MapFigure figure =
        figureOf(landsat(), {{"bands", {"B7", "B5", "B1"}},
                             {"stretch", "deviation"},
                             {"ramp", "colour"},
                             {"opacity", 0.25},
                             {"legend", false},
                             {"graticule", false},
                             {"title", "Scene"},
                             {"view", {499'300, 3'000'700, 500'300, 3'000'000}},
                             {"unknown", 1}});
    QCOMPARE(figureOf(landsat(), figure.options()).options(), figure.options());
    QCOMPARE(figure.options()["view"][2], 500'300.0);
    MapFigure other = figureOf(landsat());
    const nlohmann::json before = other.options();
    other.setOptions({{"bands", {"B7", "B9", "B1"}},
                      {"stretch", 3},
                      {"opacity", "much"},
                      {"legend", "yes"},
                      {"view", {1, 2, 3, 4}}});
    QCOMPARE(other.options(), before);
  }

  void pixelsAreDescribed() {
    const MapFigure labels = figureOf(stripes());
    const auto said = [&](float label) { return labels.describe({{0, 0, {label}}, {}, {}}); };
    QVERIFY(said(4).contains("Water (4)"));
    QVERIFY(said(NAN).contains("no data"));
    QVERIFY(said(99).contains("no class (99)"));
    const MapFigure scene = figureOf(landsat());
    const std::vector<float> values{1, 2, 3, 4, 5, 6, 0.25f};
    const QString text = scene.describe({{2, 1, values}, {}, {{50.99, 27.125}}});
    QVERIFY(text.contains("x 499,075.0, y 3,000,955.0 m"));
    QVERIFY(text.contains("\n27.125000° N, 50.990000° E\n"));
    QVERIFY(text.contains("B7 SWIR 2: 0.25"));
    RasterGrid degrees{
        10, 10, {-76.5, 0.25, 0, 35, 0, -0.25}, {"GEOGCRS[...]", "WGS 84", "°", true}};
    const MapFigure coast =
        figureOf(Raster::of(degrees, std::vector<RasterBand>(1), std::vector<float>(100)));
    QVERIFY(coast.describe({{1, 2, {}}, {}, {}}).endsWith("34.375000° N, 76.125000° W"));
  }

  void emptyAndHostileRastersAreDrawn() {
    std::vector<RasterBand> one(1);
    const float none = std::numeric_limits<float>::quiet_NaN();
    RasterGrid flat = utmGrid(2, 1);
    flat.transform = {0, 0, 0, 0, 0, 0};
    RasterGrid infinite = utmGrid(2, 1);
    infinite.transform[1] = std::numeric_limits<double>::infinity();
    for (const Raster& raster : {Raster(), Raster::of(utmGrid(0, 0), one, std::vector<float>()),
                                 Raster::of(utmGrid(2, 1), one, std::vector<float>{none, none}),
                                 Raster::of(flat, one, std::vector<float>{1, 2}),
                                 Raster::of(infinite, one, std::vector<float>{1, 2}),
                                 Raster::of(utmGrid(1, 900), one, std::vector<float>(900, 7))}) {
      const MapFigure figure = figureOf(raster);
      QVERIFY(svgOf(figure).contains("<svg"));
      QVERIFY(!figure.caption().isEmpty());
    }
    QVERIFY(svgOf(figureOf(Raster())).contains("The raster has no pixels"));
  }

  // Classes over an image of half their resolution, which begins elsewhere: both lie where their
  // transforms say.
  void classesLieOverAnImageOfAnotherGrid() {
    for (const double opacity : {0.0, 0.5, 1.0}) {
      const MapFigure figure = overImage({{"opacity", opacity}});
      const QImage image = painted(figure);
      for (const auto& [column, row] : {std::pair(10, 10), std::pair(50, 30), std::pair(90, 70)}) {
        const QColor seen = at(figure, image, column, row);
        const QColor wanted = mixed(classColourAt(column), greyBelow(column, row), opacity);
        QVERIFY2(near(seen, wanted, 3), qPrintable(seen.name() + ' ' + wanted.name()));
      }
    }
    QVERIFY(overImage({}).caption().contains("over Scene"));
  }

  void aSwipeShowsTheImageOnItsLeft() {
    const MapFigure figure = overImage({{"arrangement", "swipe"}, {"swipe", 0.5}});
    const QImage image = painted(figure);
    QVERIFY(near(at(figure, image, 20, 50), greyBelow(20, 50), 3));
    QVERIFY(near(at(figure, image, 80, 50), classColourAt(80), 3));
    MapFigure moved = overImage({{"arrangement", "swipe"}, {"swipe", 0.9}});
    QVERIFY(near(at(moved, painted(moved), 80, 50), greyBelow(80, 50), 3));
  }

  void sideBySideTheSamePlaceIsInBoth() {
    const MapFigure figure = overImage({{"arrangement", "beside"}, {"legend", false}});
    const std::vector<QRectF> plots = figure.plots(kSize);
    QCOMPARE(plots.size(), 2u);
    QVERIFY(std::abs(plots[0].width() - plots[1].width()) < 1e-9);
    QVERIFY(plots[0].right() + 10 < plots[1].left());
    const QImage image = painted(figure);
    QVERIFY(near(at(figure, image, 50, 30), greyBelow(50, 30), 3));
    const QPointF shift = plots[1].topLeft() - plots[0].topLeft();
    const QPointF place = figure.camera(kSize).fromPixel().map(QPointF(50.5, 30.5)) + shift;
    QVERIFY(near(image.pixelColor(place.toPoint()), classColourAt(50), 3));
  }

  // Of the two the one with classes is above, whichever of them is the map's own.
  void classesAreAbove() {
    MapFigure figure;
    figure.setData(Data(greyImage()));
    figure.setOptions({{"background", 4}, {"background_name", "Classes"}, {"graticule", false}});
    QCOMPARE(figure.companions(), std::vector<std::int64_t>{4});
    figure.setCompanion(4, Data(stripes(100, 100)));
    QVERIFY(figure.companions().empty());
    figure.prepare({});
    const QPointF place = figure.plane().fromPixel().map(QPointF(30, 30));
    const QImage image = painted(figure);
    const auto pixel = MapPlane(stripes(100, 100).grid()).toPixel().map(place);
    const QColor seen = at(figure, image, 29.5, 29.5);
    QVERIFY(near(seen, classColourAt(int(pixel.x())), 3));
    QVERIFY(!figure.legendArea(kSize).isEmpty());
    QVERIFY(figure.caption().contains("under Classes"));
  }

  void whatLiesElsewhereIsNoBackground() {
    RasterGrid far = utmGrid(10, 10);
    far.transform[0] += 1e6;
    RasterGrid other_system = utmGrid(10, 10);
    other_system.crs.name = "WGS 84 / UTM zone 40N";
    other_system.crs.wkt = "PROJCRS[other]";
    for (const RasterGrid& grid : {far, other_system}) {
      MapFigure figure;
      figure.setData(Data(stripes()));
      figure.setOptions({{"background", 4}, {"background_name", "Scene"}});
      QVERIFY(figure.caption().contains("without Scene, which is not here"));
      figure.setCompanion(
          4, Data(Raster::of(grid, std::vector<RasterBand>(1), std::vector<float>(100))));
      QVERIFY(!figure.other());
      QVERIFY(figure.caption().contains("Scene lies elsewhere"));
      figure.prepare({});
      QVERIFY(svgOf(figure).contains("Dune sand"));
    }
  }

  void editedClassesAreInFiles() {
    const MapFigure figure =
        figureOf(stripes(), {{"classes",
                              {{{"value", 1}, {"name", "Olivine basalt"}, {"colour", "#102030"}},
                               {{"value", 2}, {"into", 3}},
                               {{"value", 5}, {"hidden", true}},
                               {{"value", 6}, {"pattern", "crosses"}}}}});
    const QImage image = painted(figure);
    QCOMPARE(at(figure, image, 10, 50), QColor(0x10, 0x20, 0x30));
    QCOMPARE(at(figure, image, 30, 50), at(figure, image, 50, 50));
    QCOMPARE(at(figure, image, 90, 50), figureTheme().view);
    int inks = 0;
    for (int row = 20; row < 80; ++row) {
      for (int column = 102; column < 118; ++column) {
        inks += at(figure, image, column, row).lightness() < 90;
      }
    }
    QVERIFY2(inks > 60 && inks < 500, qPrintable(QString::number(inks)));
    const QString svg = svgOf(figure);
    QVERIFY(svg.contains("Olivine basalt") && svg.contains("1 class hidden"));
    QVERIFY(!svg.contains("Claystone") && !svg.contains("Playa"));
    QVERIFY(figure.describe({{0, 0, {2}}, {}, {}}).contains("Dune sand (2)"));
  }

  void layersComeBack() {
    const MapFigure figure = overImage({{"arrangement", "swipe"},
                                        {"swipe", 0.25},
                                        {"opacity", 0.75},
                                        {"classes", {{{"value", 3}, {"name", "Sand"}}}}});
    MapFigure other;
    other.setData(Data(stripes(100, 100)));
    other.setOptions(figure.options());
    QCOMPARE(other.options(), figure.options());
    other.setOptions({{"background", 0}});
    QVERIFY(other.companions().empty());
    other.setOptions({{"arrangement", "elsewhere"}, {"swipe", "far"}, {"classes", 3}});
    QCOMPARE(other.options()["arrangement"], "swipe");
    QCOMPARE(other.options()["classes"].size(), 1u);
  }

  void otherKindsAreErrors() {
    MapFigure figure;
    QVERIFY_EXCEPTION_THROWN(figure.setData(Data(Note())), Error);
  }
};

QTEST_MAIN(MapFigureTest)
#include "map_figure_test.moc"
