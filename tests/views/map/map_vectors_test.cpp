// SPDX-License-Identifier: GPL-3.0-or-later
// Vector layers over a raster, and alone: chosen in the bar, drawn on the screen and into files,
// named in the legend and by the pointer.
#include <QElapsedTimer>
#include <QPushButton>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <cmath>

#include "tests/core/data/features_fixture.h"
#include "tests/views/map/shown_map.h"
#include "tests/views/map/small_rasters.h"
#include "views/common/figure_export.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;
using lineament::testing::addRing;

namespace {

// By columns and rows of stripes(): a square, and a line below it.
Features units(const Crs& crs = kUtm, double off = 0) {
  const RasterGrid grid = utmGrid(140, 100);
  const auto ring = [&](GeometryBuilder& builder, const lineament::testing::Corners& corners) {
    builder.part();
    builder.ring();
    for (const auto& [column, row] : corners) {
      const auto [x, y] = grid.toMap(column, row);
      builder.vertex(x + off, y);
    }
  };
  GeometryBuilder builder;
  builder.feature(GeometryType::polygon);
  ring(builder, {{20, 20}, {60, 20}, {60, 60}, {20, 60}, {20, 20}});
  builder.feature(GeometryType::line);
  ring(builder, {{10, 80}, {200, 80}});
  TextBuilder names, colours;
  for (const char* unit : {"Gabbro", "Main fault"}) names.add(unit);
  for (const char* colour : {"#ff0000", "#0000ff"}) colours.add(colour);
  std::vector<Column> columns;
  columns.emplace_back("unit", names.finish());
  columns.emplace_back("colour", colours.finish());
  columns.emplace_back("area", std::vector<double>{1.44, 0}, std::vector<std::uint8_t>{}, "km2");
  return Features("units", crs, builder.finish(), Table(std::move(columns)));
}

// Squares side by side, `per_side` of them each way with so many vertices each.
Features manyAreas(int per_side, int vertices) {
  const RasterGrid grid = utmGrid(140, 100);
  GeometryBuilder builder;
  for (int i = 0; i < per_side * per_side; ++i) {
    builder.feature(GeometryType::polygon);
    builder.part();
    builder.ring();
    const double column = 140.0 * (i % per_side) / per_side;
    const double row = 100.0 * (i / per_side) / per_side;
    const double wide = 70.0 / per_side, high = 50.0 / per_side;
    for (int v = 0; v <= vertices; ++v) {
      const double turn = 6.283185307179586 * (v % vertices) / vertices;
      const auto [x, y] = grid.toMap(column + wide + 0.9 * wide * std::cos(turn),
                                     row + high + 0.9 * high * std::sin(turn));
      builder.vertex(x, y);
    }
  }
  return Features("many", kUtm, builder.finish());
}

// A project of a map of classes and two layers, of which one cannot be brought to its place.
struct Project {
  FewRasters project{{{"Classes", stripes()}}};
  Shown shown;

  Project() : shown(withLayers(), {1000, 640}, &project) {}
  Data withLayers() {
    project.add("Units", units());
    project.add("Far", units(kUtm, 1e6));
    project.add("Foreign", units({"PROJCRS[other]", "Other", "m", false, 1}));
    return project.data(1);
  }

  QPushButton* button() const {
    for (QPushButton* one : shown.view.findChildren<QPushButton*>()) {
      if (one->accessibleName() == "Layers") return one;
    }
    return nullptr;
  }
  QStringList titles() const {
    QStringList titles;
    for (const QAction* action : opened()->actions()) {
      if (!action->isSeparator()) titles << action->text();
    }
    return titles;
  }
  QMenu* opened() const {
    Q_EMIT button()->menu()->aboutToShow();
    return button()->menu();
  }
  void toggle(const QString& title) const {
    for (QAction* action : opened()->actions()) {
      if (action->text() == title) return action->trigger();
    }
    QFAIL(qPrintable(title));
  }
  const MapFigure& figure() const { return shown.view.figure(); }
};

bool near(const QColor& a, const QColor& b, int off = 3) {
  return std::abs(a.red() - b.red()) <= off && std::abs(a.green() - b.green()) <= off &&
         std::abs(a.blue() - b.blue()) <= off;
}

QColor classOf(std::size_t index) {
  const auto colour = classColour(index);
  return {colour[0], colour[1], colour[2]};
}

QColor halfRed(const QColor& below) {
  return {(255 + below.red()) / 2, below.green() / 2, below.blue() / 2};
}

QString svgOf(const Figure& figure, const FigureFormat& format = {}) {
  const auto copy = figure.copy();
  copy->prepare({});
  return QString::fromUtf8(figureSvg(*copy, format));
}

QImage drawnFrom(const QString& svg, const QSizeF& size) {
  QImage image(size.toSize(), QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  QSvgRenderer(svg.toUtf8()).render(&painter, QRectF({0, 0}, size));
  return image;
}

}  // namespace

class MapVectorsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void layersAreChosenInTheBar() {
    Project open;
    QVERIFY(open.button() && open.button()->isVisible());
    QCOMPARE(open.titles(), QStringList({"Units", "Far", "Foreign", "Areas"}));
    QTRY_VERIFY(open.shown.ready());
    const QColor before = open.shown.colourAt(30, 30);
    QVERIFY(near(before, classOf(1)));
    QSignalSpy edited(&open.shown.view, &View::edited);
    open.toggle("Units");
    QCOMPARE(edited.count(), 1);
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourAt(30, 30), halfRed(before)));
    QVERIFY(near(open.shown.colourAt(70, 30), classOf(3)));  // beside the square
    QVERIFY(open.shown.colourAt(90, 79.5).blue() > 200);     // the line
    QCOMPARE(open.button()->text(), QString("Layers: 1"));
    QVERIFY(open.shown.view.caption().contains("with Units"));
    open.toggle("Units");
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourAt(30, 30), before));
    QCOMPARE(open.button()->text(), QString("Layers"));
  }

  void areasMayBeOutlinesAlone() {
    Project open;
    open.toggle("Units");
    open.shown.view.setOptions({{"layer_fill", 0}});
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourAt(30, 30), classOf(1)));
    open.shown.view.setOptions({{"layer_fill", 1}});
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourAt(30, 30), Qt::red));
  }

  void panningAndZoomingMoveThem() {
    Project open;
    open.toggle("Units");
    QTRY_VERIFY(open.shown.ready());
    open.shown.wheel(open.shown.place(40, 40), 4);
    open.shown.drag(open.shown.place(40, 40), open.shown.place(45, 45));
    // Before anything is painted anew the old sheet lies where it belongs.
    QVERIFY(near(open.shown.colourAt(35, 35), halfRed(classOf(1)), 12));
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourAt(35, 35), halfRed(classOf(1))));
    QVERIFY(near(open.shown.colourAt(62, 50), classOf(3)));
  }

  void thePointerNamesFeatures() {
    Project open;
    open.toggle("Units");
    QTRY_VERIFY(open.shown.ready());
    const MapCanvas& canvas = open.shown.view.canvas();
    open.shown.point(open.shown.place(30, 30));
    QVERIFY2(canvas.hoverText().endsWith("Units: Gabbro"), qPrintable(canvas.hoverText()));
    QTRY_VERIFY(canvas.hoverText().contains("Claystone (2)\nUnits: Gabbro"));
    open.shown.point(open.shown.place(90, 79.5));
    QVERIFY(canvas.hoverText().contains("Units: Main fault"));
    open.shown.point(open.shown.place(90, 30));
    QVERIFY(!canvas.hoverText().contains("Units"));
    QTest::mouseClick(&open.shown.view.canvas(), Qt::LeftButton, {}, open.shown.place(30, 30));
    QVERIFY(QToolTip::text().contains("Units\nunit: Gabbro\n") &&
            QToolTip::text().contains("area: 1.44 km2"));
  }

  void theLegendHasThemBelowTheClasses() {
    Project open;
    open.toggle("Units");
    open.toggle("Foreign");
    QTRY_VERIFY(open.shown.ready());
    const QString svg = svgOf(open.figure());
    const auto place = [&](const char* text) { return svg.indexOf(QString(">%1<").arg(text)); };
    QVERIFY(place("Playa") > 0 && place("Units") > place("Playa"));
    QVERIFY(place("Gabbro") > place("Units") && place("Main fault") > place("Gabbro"));
    QVERIFY(svg.contains("cannot be brought"));
    // Entries of layers are no classes that could be edited.
    QCOMPARE(open.figure().legendNameOf(1, {800, 600}).isEmpty(), false);
  }

  void manyClassesAreCutShort() {
    GeometryBuilder builder;
    TextBuilder names;
    for (int i = 0; i < 20; ++i) {
      builder.feature(GeometryType::point);
      builder.point(i, i);
      names.add("unit " + std::to_string(i));
    }
    std::vector<Column> columns;
    columns.emplace_back("unit", names.finish());
    const Features layer("points", {}, builder.finish(), Table(std::move(columns)));
    const auto entries = legendOf({{1, "Points", LayerPicture(layer), {}}}, 0.5);
    QCOMPARE(entries.size(), std::size_t(14));
    QCOMPARE(entries.front().mark, LegendMark::heading);
    QCOMPARE(entries[1].mark, LegendMark::point);
    QCOMPARE(entries.back().name, QString("and 8 more"));
  }

  // Chosen on the map, in other views of the layer, and let go.
  void featuresAreChosen() {
    Project open;
    open.toggle("Units");
    QTRY_VERIFY(open.shown.ready());
    QSignalSpy chosen(&open.shown.view, &View::selectionEdited);
    MapCanvas& canvas = open.shown.view.canvas();
    const QPoint area = open.shown.place(40, 40), line = open.shown.place(100, 79.5);
    const QPoint edge = open.shown.place(40, 19.5);
    const QColor before = open.shown.colourOn(edge);
    QTest::mouseClick(&canvas, Qt::LeftButton, {}, area);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen[0][0].value<Selection>(), Selection("2", {0}));
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourOn(edge), lightTheme().selection, 40));
    QTest::mouseClick(&canvas, Qt::LeftButton, Qt::ControlModifier, line);
    QCOMPARE(open.shown.view.selection(), Selection("2", {0, 1}));
    QVERIFY(svgOf(open.figure()).contains(lightTheme().selection.name()));
    QTest::keyClick(&canvas, Qt::Key_Escape);
    QVERIFY(open.shown.view.selection().empty());
    QCOMPARE(chosen.size(), 3);
    QTRY_VERIFY(open.shown.ready() && near(open.shown.colourOn(edge), before));
    open.shown.view.setSelection(Selection("2", {0, 7}));  // there is no eighth
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourOn(edge), lightTheme().selection, 40));
    QCOMPARE(chosen.size(), 3);  // nobody has chosen here
    QCOMPARE(open.shown.view.otherOrigins(), std::vector<std::string>{"2"});
  }

  // Of the image's pixels in the area: at the click, and again for another feature.
  void anAreaHasASpectrum() {
    const Raster image = landsat(140, 100);
    FewRasters project({{"image", image}});
    project.add("Units", units());
    Shown shown(project.data(1), {1000, 640}, &project);
    shown.view.setOptions({{"layers", {{{"id", 2}, {"name", "Units"}}}}});
    QTRY_VERIFY(shown.ready());
    QTest::mouseClick(&shown.view.canvas(), Qt::LeftButton, {}, shown.place(40, 40));
    QTRY_COMPARE(shown.view.profile().classes().size(), std::size_t(1));
    const NamedSpectrum& area = shown.view.profile().classes()[0];
    QCOMPARE(area.name, QString("Gabbro"));
    QCOMPARE(area.colour, QColor(Qt::red));
    QCOMPARE(area.spectrum.pixels, std::int64_t(1600));
    double sum = 0;
    for (const float value : image.values({20, 20, 40, 40}, 3)) sum += double(value);
    QVERIFY(std::abs(area.spectrum.mean[3] - sum / 1600) < 1e-9);
    QTest::mouseClick(&shown.view.canvas(), Qt::LeftButton, {}, shown.place(30, 50));
    QTest::mouseClick(&shown.view.canvas(), Qt::LeftButton, {}, shown.place(100, 79.5));
    QTRY_COMPARE(shown.view.profile().pixels().size(), std::size_t(3));
    QVERIFY(shown.view.spectra().idle());
    QCOMPARE(shown.view.profile().classes().size(), std::size_t(1));  // a line has no area
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Escape);
    QVERIFY(shown.view.profile().classes().empty());
  }

  void whatCannotLieHereSaysSo() {
    Project open;
    open.toggle("Foreign");
    open.toggle("Far");
    QTRY_VERIFY(open.shown.ready());
    QVERIFY(near(open.shown.colourAt(30, 30), classOf(1)));
    const QString caption = open.shown.view.caption();
    QVERIFY(caption.contains("Foreign cannot be brought to the map's coordinates"));
    QVERIFY(caption.contains("Far lies elsewhere"));
    open.shown.point(open.shown.place(30, 30));
    QVERIFY(!open.shown.view.canvas().hoverText().contains("Foreign"));
  }

  void withoutASystemTheyLieByTheirNumbers() {
    RasterGrid grid = utmGrid(10, 10);
    grid.crs = {};
    MapFigure figure;
    figure.setData(Data(Raster::of(grid, std::vector<RasterBand>(1), std::vector<float>(100, 1))));
    figure.setOptions({{"layers", {{{"id", 5}, {"name", "Units"}}}}});
    QCOMPARE(figure.companions(), std::vector<std::int64_t>{5});
    figure.setCompanion(5, Data(units({})));
    QVERIFY(figure.companions().empty());
    QCOMPARE(figure.layers().front().place, LayerPlace::elsewhere);  // from column 20 on
    GeometryBuilder builder;
    builder.feature(GeometryType::point);
    const auto [x, y] = grid.toMap(3, 4);
    builder.point(x, y);
    figure.setCompanion(5, Data(Features("point", {}, builder.finish())));
    QCOMPARE(figure.layers().front().place, LayerPlace::here);
    QCOMPARE(figure.layers().front().to_plane.map(QPointF(x, y)), QPointF(3, 4));
    figure.setCompanion(5, Data(units()));
    QCOMPARE(figure.layers().front().place, LayerPlace::otherSystem);
  }

  void optionsKeepThem() {
    Project open;
    open.toggle("Units");
    open.toggle("Far");
    const nlohmann::json options = open.shown.view.options();
    QCOMPARE(options["layers"].size(), std::size_t(2));
    QCOMPARE(options["layers"][0]["id"], 2);
    MapFigure other;
    other.setData(open.project.data(1));
    other.setOptions(options);
    QCOMPARE(other.companions(), (std::vector<std::int64_t>{2, 3}));
    QCOMPARE(other.options(), options);
    other.setOptions({{"layers", {{{"id", "x"}}, 3, {{"id", 2}}, {{"id", 2}}}}});
    QCOMPARE(other.companions(), std::vector<std::int64_t>{2});
    other.setOptions({{"layers", nlohmann::json::array()}});
    QVERIFY(other.companions().empty());
  }

  // As lines and areas, cut where the map ends, as SVG has no clip.
  void filesHaveThemAsVectors() {
    Project open;
    const qsizetype before = svgOf(open.figure()).count("<path");
    open.toggle("Units");
    QTRY_VERIFY(open.shown.ready());
    const QString svg = svgOf(open.figure(), {.width_mm = 120});
    QVERIFY(svg.count("<path") >= before + 3);
    QCOMPARE(svg.count("<image"), svgOf(MapFigure(open.figure())).count("<image"));
    QVERIFY(svg.contains("#ff0000") && svg.contains("#0000ff"));
    QTemporaryDir folder;
    const auto copy = open.figure().copy();
    copy->prepare({});
    for (const char* ending : {"png", "pdf"}) {
      const QString path = folder.filePath(QString("map.") + ending);
      exportFigure(*copy, path.toStdString(), {.width_mm = 120, .dpi = 150});
      QVERIFY(QFileInfo(path).size() > 2000);
    }
    const QImage picture(folder.filePath("map.png"));
    const auto& map = static_cast<const MapFigure&>(*copy);
    const QSizeF size = map.naturalSize(120 * 96 / 25.4);
    const QPointF at = map.camera(size).fromPixel().map(QPointF(30.5, 30.5));
    const QColor seen = picture.pixelColor((at * picture.width() / size.width()).toPoint());
    QVERIFY(near(seen, halfRed(classOf(1))));
    // The line goes on beyond the raster, and ends with the plot.
    const QImage drawn = drawnFrom(svg, size);
    const QRectF plot = map.camera(size).plot();
    const double level = map.camera(size).fromPixel().map(QPointF(0, 80)).y();
    const auto blue = [&](double x) { return drawn.pixelColor(QPointF(x, level).toPoint()); };
    QVERIFY(blue(plot.right() - 8).red() < 100 && blue(plot.right() - 8).blue() > 200);
    for (int x = 3; x < 12; ++x) QVERIFY(blue(plot.right() + x).lightness() > 240);
  }

  void aLayerAloneIsAMap() {
    Shown shown{Data(units(), "9")};
    QTRY_VERIFY(shown.ready());
    const MapFigure& figure = shown.view.figure();
    QVERIFY(figure.ofLayer() && !figure.empty());
    const auto place = [&](double column, double row) {
      const auto [x, y] = utmGrid(140, 100).toMap(column, row);
      const QPointF at =
          figure.layers().front().fromMap(shown.view.canvas().camera()).map(QPointF(x, y));
      return (at * Shown::kScale).toPoint();
    };
    const QColor ground = shown.colourOn(place(100, 40));
    QVERIFY(ground.lightness() > 230);
    QVERIFY(near(shown.colourOn(place(40, 40)), halfRed(ground)));
    QVERIFY(shown.view.caption().startsWith("2 features"));
    QVERIFY(shown.view.caption().contains("UTM zone 39N"));
    shown.point(place(40, 40));
    const QString text = shown.view.canvas().hoverText();
    QVERIFY2(text.startsWith("x 500") && text.endsWith("units: Gabbro"), qPrintable(text));
    shown.wheel(place(40, 40), 10);
    QTRY_VERIFY(shown.ready());
    QVERIFY(
        near(shown.colourOn(place(41.3, 42.1)), halfRed(ground)));  // where no coordinates cross
    shown.view.fit();
    const QString svg = svgOf(figure);
    QVERIFY(svg.contains("Gabbro") && svg.contains("#ff0000") && svg.contains("500,000 m"));
    QVERIFY(!svg.contains("<image") && !svg.contains("Reading"));
    MapFigure again;
    again.setData(Data(units()));
    again.setOptions(figure.options());
    QCOMPARE(again.options(), figure.options());
  }

  void aLayerOfNothingSaysSo() {
    Shown shown{Data(Features("empty", kUtm, Geometries()))};
    QVERIFY(svgOf(shown.view.figure()).contains("The layer has no features"));
    shown.drag({200, 200}, {240, 220});
    shown.wheel({200, 200}, 3);
    GeometryBuilder builder;
    builder.feature(GeometryType::point);
    builder.point(51, 27);
    Shown point{Data(Features("one", {}, builder.finish()))};
    QTRY_VERIFY(point.ready());
    QVERIFY(!point.view.figure().empty());
  }

  // A hand that pans over a million vertices waits for none of them.
  void panningDoesNotWaitForManyVertices() {
    Project open;
    open.project.add("Many", manyAreas(100, 100));
    open.shown.view.setOptions({{"layers", {{{"id", 5}, {"name", "Many"}}}}});
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY_WITH_TIMEOUT(open.shown.ready(), 60'000);
    qInfo("painted in the background in %lld ms", clock.elapsed());
    open.shown.wheel(open.shown.place(70, 50), 2);
    qint64 longest = 0;
    for (int step = 0; step < 30; ++step) {
      clock.restart();
      open.shown.drag(open.shown.place(70, 50), open.shown.place(70, 50) + QPoint(7, 3));
      open.shown.view.canvas().grab();
      open.shown.point(open.shown.place(60, 40));
      longest = std::max(longest, clock.elapsed());
      QCoreApplication::processEvents();
    }
    qInfo("longest step %lld ms", longest);
    QVERIFY(longest < 1000);  // the machine may be busy; by itself it is far less
    QTRY_VERIFY_WITH_TIMEOUT(open.shown.ready(), 60'000);
  }
};

QTEST_MAIN(MapVectorsTest)
#include "map_vectors_test.moc"
