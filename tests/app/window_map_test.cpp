// SPDX-License-Identifier: GPL-3.0-or-later
// A scene is dropped on the window, clustered, and the map of classes laid over it and edited: by
// the events and clicks of a person. What was edited is kept in the project.
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QStandardPaths>

#include "app/window/action_registry.h"
#include "app/window/figure_dialog.h"
#include "core/analyses/all.h"
#include "core/io/geographic.h"
#include "core/io/geotiff_writer.h"
#include "tests/app/file_choice.h"
#include "tests/app/window_fixture.h"
#include "views/common/plot_view.h"
#include "views/map/map_view.h"

namespace lineament::app {

using namespace testing;

namespace {

constexpr std::int64_t kSide = 96;
constexpr const char* kUtm =
    "PROJCS[\"WGS 84 / UTM zone 39N\",GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\","
    "6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]],"
    "PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",0],"
    "PARAMETER[\"central_meridian\",51],PARAMETER[\"scale_factor\",0.9996],"
    "PARAMETER[\"false_easting\",500000],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1]]";

constexpr const char* kDegrees =
    "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],"
    "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]";

// Three fields from west to east, each grey of another lightness, with a little noise.
QString sceneIn(const QTemporaryDir& folder) {
  RasterGrid grid{kSide, kSide, {500'000, 30, 0, 3'000'000, 0, -30}, {}};
  grid.crs = {kUtm, "WGS 84 / UTM zone 39N", "m", false, 1};
  std::vector<RasterBand> bands(3);
  std::vector<float> values;
  for (std::size_t band = 0; band < bands.size(); ++band) {
    bands[band].name = "B" + std::to_string(band + 1);
    for (std::int64_t i = 0; i < kSide * kSide; ++i) {
      const auto field = float((i % kSide) * 3 / kSide);
      values.push_back(0.1f + 0.3f * field + 0.01f * float((i * 7 + std::int64_t(band)) % 5));
    }
  }
  const QString path = folder.filePath("scene.tif");
  io::writeGeoTiff(Raster::of(grid, bands, std::move(values)), path.toStdString(), {});
  return path;
}

// One area in degrees, over the pixels from (16, 16) to (48, 80) of the scene.
QString unitsIn(const QTemporaryDir& folder) {
  const io::Geographic geographic({kUtm, "WGS 84 / UTM zone 39N", "m", false, 1});
  nlohmann::json ring = nlohmann::json::array();
  for (const auto& [column, row] : {std::pair(16, 16), std::pair(16, 80), std::pair(48, 80),
                                    std::pair(48, 16), std::pair(16, 16)}) {
    const auto [longitude, latitude] =
        geographic.lonLat(500'000 + 30.0 * column, 3'000'000 - 30.0 * row).value();
    ring.push_back({longitude, latitude});
  }
  const nlohmann::json layer{
      {"type", "FeatureCollection"},
      {"features",
       {{{"type", "Feature"},
         {"properties", {{"unit", "Gabbro"}, {"colour", "#ff0000"}}},
         {"geometry", {{"type", "Polygon"}, {"coordinates", nlohmann::json::array({ring})}}}}}}};
  return written(folder, "units.geojson", QByteArray::fromStdString(layer.dump()));
}

// What the chooser of layers lists; the one of that title is switched.
QStringList switchLayer(views::MapView& view, const QString& title) {
  QStringList titles;
  for (QPushButton* button : view.findChildren<QPushButton*>()) {
    if (button->accessibleName() != "Layers") continue;
    Q_EMIT button->menu()->aboutToShow();
    QAction* wanted = nullptr;
    for (QAction* action : button->menu()->actions()) {
      titles << action->text();
      if (action->text() == title) wanted = action;
    }
    if (wanted) wanted->trigger();
  }
  return titles;
}

// The tab of the figure that the run has made.
ViewPage* mapOf(MainWindow& window) {
  for (ViewPage* page : window.tabs().pages()) {
    if (page->showing().view == "map" && page->showing().figure_id != 0) return page;
  }
  return nullptr;
}

views::MapView& viewOf(ViewPage* page) {
  return static_cast<views::MapView&>(page->view());
}

QComboBox* boxOf(const QWidget& view, const char* title) {
  for (QComboBox* one : view.findChildren<QComboBox*>()) {
    if (one->accessibleName() == QLatin1String(title)) return one;
  }
  return nullptr;
}

void choose(QComboBox* box, const QString& entry) {
  box->setCurrentIndex(box->findText(entry));
  Q_EMIT box->activated(box->currentIndex());
}

nlohmann::json keptIn(MainWindow& window) {
  for (const project::Figure& figure : window.session().project().figures()) {
    if (figure.spec.view == "map") return figure.spec.options;
  }
  return {};
}

std::string firstName(views::MapView& view) {
  return view.figure().shownClasses().front().name;
}

QColor colourAt(views::MapView& view, double column, double row) {
  const QPointF at = view.canvas().camera().fromPixel().map(QPointF(column, row));
  return view.canvas().grab().toImage().pixelColor((at * views::PlotView::kScreenScale).toPoint());
}

// A double click on the first class in the legend, and another name.
void renameFirst(views::MapView& view, const QString& name) {
  const views::MapCanvas& canvas = view.canvas();
  const std::int64_t value = canvas.figure().shownClasses().front().value;
  const QPointF at = canvas.figure().legendNameOf(value, canvas.figureSize()).center();
  QTest::mouseDClick(&view.canvas(), Qt::LeftButton, {},
                     (at * views::PlotView::kScreenScale).toPoint());
  auto* field = view.canvas().findChild<QLineEdit*>();
  QVERIFY(field);
  field->setText(name);
  QTest::keyClick(field, Qt::Key_Return);
}

nlohmann::json keptOf(MainWindow& window, const char* view) {
  for (const project::Figure& figure : window.session().project().figures()) {
    if (figure.spec.view == view) return figure.spec.options;
  }
  return {};
}

// The sheet of the map, and the spectra of its classes, call the first class what the map does.
void othersFollow(MainWindow& window) {
  const nlohmann::json map = keptOf(window, "map"), sheet = keptOf(window, "sheet");
  QCOMPARE(sheet.at("classes"), map.at("classes"));
  const nlohmann::json curves = keptOf(window, "series").at("curves");
  QCOMPARE(curves.size(), std::size_t(7));
  QCOMPARE(curves[0].at("name"), nlohmann::json("Playa"));
  QCOMPARE(curves[0].at("value"), nlohmann::json(0));
}

}  // namespace

class WindowMapTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

  void fromASceneToAnEditedMap() {
    QTemporaryDir folder;
    QString path;
    {
      MainWindow window(allAnalyses());
      window.resize(1280, 800);
      window.show();
      cluster(window, sceneIn(folder));
      layOverTheScene(window);
      edit(window);
      othersFollow(window);
      exportIt(window, folder);
      path = window.session().path();
      window.close();
    }
    MainWindow again(allAnalyses());
    again.show();
    again.openFiles({path});
    QTRY_VERIFY_WITH_TIMEOUT(again.session().path() == path && again.jobs().idle(), kPatienceMs);
    QTRY_COMPARE(again.tabs().count(), 4);  // the scene, the map, its sheet, the spectra
    QTRY_COMPARE(firstName(viewOf(mapOf(again))), std::string("Playa"));
    QTRY_VERIFY(viewOf(mapOf(again)).figure().other());
  }

  // What is only looked at becomes a figure when its classes or its background are chosen, and is
  // none again when that is undone.
  void editsOfWhatIsOnlyLookedAtMakeAFigure() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.show();
    cluster(window, sceneIn(folder));
    ViewPage* scene = pageOf(window, "map");
    QCOMPARE(scene->showing().figure_id, project::Id{0});
    window.tabs().setCurrentWidget(scene);
    views::MapView& view = viewOf(scene);
    const std::size_t figures = window.session().project().figures().size();
    choose(boxOf(view, "Stretch over"), "all values");
    QTRY_VERIFY(window.jobs().idle());
    QCOMPARE(window.session().project().figures().size(), figures);
    QTRY_VERIFY(boxOf(view, "Background")->count() == 2);
    choose(boxOf(view, "Background"), boxOf(view, "Background")->itemText(1));
    QTRY_COMPARE(window.session().project().figures().size(), figures + 1);
    QTRY_VERIFY(scene->showing().figure_id != 0);
    QVERIFY(view.figure().classes());  // above the scene
    window.undo();
    QTRY_COMPARE(window.session().project().figures().size(), figures);
    QTRY_VERIFY(!view.figure().other());
    window.redo();
    QTRY_VERIFY(view.figure().other());
  }

  // A layer in degrees over a scene in metres: shown where it belongs, kept, undone, exported.
  void aVectorLayerLiesOverTheScene() {
    QTemporaryDir folder;
    QString path;
    {
      MainWindow window(allAnalyses());
      window.resize(1280, 800);
      window.show();
      drop(window, sceneIn(folder));
      QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
      drop(window, unitsIn(folder));
      QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 2, kPatienceMs);
      layerAlone(window);
      layOverIt(window);
      chooseOnTheMap(window);
      exportLayers(window, folder);
      path = window.session().path();
      window.close();
    }
    MainWindow again(allAnalyses());
    again.show();
    again.openFiles({path});
    QTRY_VERIFY_WITH_TIMEOUT(again.session().path() == path && again.jobs().idle(), kPatienceMs);
    QTRY_VERIFY(mapOf(again));
    QTRY_COMPARE(viewOf(mapOf(again)).figure().layers().size(), 1U);
    QVERIFY(viewOf(mapOf(again)).caption().contains("with units.geojson"));
  }

  // A raster in degrees beneath a scene in metres: brought to its coordinates as it is read.
  void aBackgroundMayBeInAnotherSystem() {
    QTemporaryDir folder;
    MainWindow window(allAnalyses());
    window.resize(1280, 800);
    window.show();
    const auto [west, north] = io::Geographic({kUtm, "WGS 84 / UTM zone 39N", "m", false, 1})
                                   .lonLat(500'000, 3'000'000)
                                   .value();
    RasterGrid grid{50, 50, {west - 0.005, 0.001, 0, north + 0.005, 0, -0.001}, {}};
    grid.crs = {kDegrees, "WGS 84", "°", true, 111'000};
    std::vector<float> values;
    for (int i = 0; i < 2500; ++i) values.push_back(float(i % 50));
    const QString path = folder.filePath("degrees.tif");
    io::writeGeoTiff(Raster::of(grid, std::vector<RasterBand>(1), std::move(values)),
                     path.toStdString(), {});
    drop(window, path);
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
    drop(window, sceneIn(folder));
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 2, kPatienceMs);
    views::MapView& view = viewOf(window.tabs().currentPage());
    QVERIFY(view.figure().raster().grid().crs.name.find("39N") != std::string::npos);
    QTRY_COMPARE(boxOf(view, "Background")->count(), 2);
    choose(boxOf(view, "Background"), "degrees.tif");
    QTRY_VERIFY(view.figure().other());
    QVERIFY(!view.figure().other()->raster.grid().crs.geographic);
    QTRY_VERIFY(view.canvas().complete());
  }

 private:
  static void layerAlone(MainWindow& window) {
    ViewPage* table = window.tabs().currentPage();
    QCOMPARE(table->showing().view, QString("table"));
    choose(boxOf(*table, "View"), "Map");
    QTRY_COMPARE(window.tabs().count(), 3);
    views::MapView& view = viewOf(window.tabs().currentPage());
    QVERIFY(view.figure().ofLayer());
    QTRY_VERIFY(view.canvas().complete());
    QVERIFY(view.caption().startsWith("1 feature"));
  }

  static void layOverIt(MainWindow& window) {
    ViewPage* scene = pageOf(window, "map");
    window.tabs().setCurrentWidget(scene);
    views::MapView& view = viewOf(scene);
    QTRY_VERIFY(view.canvas().complete());
    const QColor inside = colourAt(view, 30, 30), outside = colourAt(view, 30.5, 8.5);
    QTRY_VERIFY(switchLayer(view, "").contains("units.geojson"));
    switchLayer(view, "units.geojson");
    QTRY_COMPARE(view.figure().layers().size(), 1U);
    QTRY_VERIFY(view.canvas().complete());
    const QColor covered = colourAt(view, 30, 30);
    QVERIFY(covered.red() > inside.red() + 40 && covered.green() < inside.green());
    QCOMPARE(colourAt(view, 30.5, 8.5), outside);
    QCOMPARE(colourAt(view, 60.5, 30.5), colourAt(view, 60.5, 90.5));
    QTRY_COMPARE(keptIn(window)["layers"].size(), 1U);
    QTRY_VERIFY(window.jobs().idle());
    window.undo();
    QTRY_VERIFY(view.figure().layers().empty());
    window.redo();
    QTRY_COMPARE(view.figure().layers().size(), 1U);
    QTRY_VERIFY(window.jobs().idle() && view.canvas().complete());
  }

  // A feature that is chosen on the map of the scene is chosen in the layer's table and on its own
  // map, and what is let go in one of them is in all.
  static void chooseOnTheMap(MainWindow& window) {
    views::MapView& scene = viewOf(window.tabs().currentPage());
    ViewPage* table = pageOf(window, "table");
    const QPointF at = scene.canvas().camera().fromPixel().map(QPointF(30, 30));
    QTest::mouseClick(&scene.canvas(), Qt::LeftButton, {},
                      (at * views::PlotView::kScreenScale).toPoint());
    QCOMPARE(scene.selection().indices(), std::vector<std::size_t>{0});
    QCOMPARE(table->view().selection(), scene.selection());
    for (ViewPage* page : window.tabs().pages()) {
      if (page->data().kind() == Kind::features) {
        QCOMPARE(page->view().selection(), scene.selection());
      }
    }
    Q_EMIT table->view().selectionEdited(Selection(scene.selection().origin(), {}));
    QVERIFY(scene.selection().empty());
    QTest::keyClick(&scene.canvas(), Qt::Key_Escape);
    QTRY_VERIFY(window.jobs().idle() && scene.canvas().complete());
  }

  static void exportLayers(MainWindow& window, const QTemporaryDir& folder) {
    window.exportReport();
    const QString report = folder.filePath("report.html");
    saveAs(window, report);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(report), kPatienceMs);
    QFile file(report);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    QVERIFY(text.contains("Gabbro"));
    QVERIFY(text.contains("#ff0000"));
  }

  static void cluster(MainWindow& window, const QString& scene) {
    drop(window, scene);
    QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
    QCOMPARE(window.tabs().currentPage()->showing().view, QString("map"));
    window.actions().action("analyse.map.cluster")->trigger();
    clickRun(window);
    QTRY_COMPARE_WITH_TIMEOUT(window.session().project().runs().size(), 1U, kPatienceMs);
    QCOMPARE(window.session().project().runs()[0].record.outcome, std::string("done"));
    QTRY_VERIFY_WITH_TIMEOUT(mapOf(window), kPatienceMs);
    window.tabs().setCurrentWidget(mapOf(window));
    QTRY_VERIFY(viewOf(mapOf(window)).canvas().complete());
  }

  static void layOverTheScene(MainWindow& window) {
    views::MapView& view = viewOf(mapOf(window));
    QTRY_VERIFY(boxOf(view, "Background") && boxOf(view, "Background")->count() == 2);
    const QColor alone = colourAt(view, 10, 48);
    choose(boxOf(view, "Background"), "scene.tif");
    QTRY_VERIFY(view.figure().other() && view.canvas().complete());
    auto* opacity = view.findChild<QSlider*>();
    opacity->setValue(0);
    const QColor scene = colourAt(view, 10, 48);
    QVERIFY(std::abs(scene.red() - scene.green()) < 20 &&
            std::abs(scene.red() - scene.blue()) < 20);
    opacity->setValue(50);
    const QColor mixed = colourAt(view, 10, 48);
    QVERIFY(std::abs(mixed.red() - (alone.red() + scene.red()) / 2) <= 2);
    QVERIFY(std::abs(mixed.blue() - (alone.blue() + scene.blue()) / 2) <= 2);
    QTRY_COMPARE(keptIn(window)["opacity"], 0.5);
    QCOMPARE(keptIn(window)["background"], window.session().project().sources().front().id);
  }

  static void edit(MainWindow& window) {
    views::MapView& view = viewOf(mapOf(window));
    const std::string before = firstName(view);
    renameFirst(view, "Playa");
    QCOMPARE(firstName(view), std::string("Playa"));
    QTRY_COMPARE(keptIn(window)["classes"].size(), 1U);
    QTRY_VERIFY(window.jobs().idle());
    QVERIFY(window.actions().action("edit.undo")->text().contains("Rename a class"));
    window.undo();
    QTRY_COMPARE(firstName(view), before);
    window.redo();
    QTRY_COMPARE(firstName(view), std::string("Playa"));
    // Back to the figure as the run made it, which has no options at all.
    while (keptIn(window).is_object()) {
      window.undo();
      QTRY_VERIFY(window.jobs().idle());
    }
    QTRY_VERIFY(!view.figure().other() && firstName(view) == before);
    while (window.session().project().canRedo()) {
      window.redo();
      QTRY_VERIFY(window.jobs().idle());
    }
    QTRY_VERIFY(view.figure().other() && firstName(view) == "Playa");
    QTRY_VERIFY(view.canvas().complete());
  }

  static void exportIt(MainWindow& window, const QTemporaryDir& folder) {
    window.actions().action("file.export_figure")->trigger();
    auto* dialog = window.findChild<FigureDialog*>();
    QVERIFY(dialog && dialog->isVisible());
    dialog->findChild<QComboBox*>("format")->setCurrentIndex(1);
    QTest::mouseClick(dialog->findChild<PrimaryButton*>(), Qt::LeftButton);
    const QString svg = folder.filePath("map.svg");
    saveAs(*dialog, svg);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(svg), kPatienceMs);
    dialog->close();
    window.exportReport();
    const QString report = folder.filePath("report.html");
    saveAs(window, report);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(report), kPatienceMs);
    for (const QString& path : {svg, report}) {
      QFile file(path);
      QVERIFY(file.open(QIODevice::ReadOnly));
      const QByteArray text = file.readAll();
      // The name in the legend, and two pictures: the classes and what is beneath them.
      QVERIFY(text.contains("Playa"));
      QVERIFY2(text.count("<image") >= 2, qPrintable(path));
    }
  }
};

}  // namespace lineament::app

QTEST_MAIN(lineament::app::WindowMapTest)
#include "window_map_test.moc"
