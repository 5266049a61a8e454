// SPDX-License-Identifier: GPL-3.0-or-later
// Two rasters in one map, by a hand on the view: the background is chosen, the line is dragged, the
// slider moved, both halves panned.
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <cmath>

#include "tests/views/map/shown_map.h"
#include "tests/views/map/small_rasters.h"
#include "views/common/figure_export.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

// One grey, on a grid of its own beneath stripes().
Raster greyScene(float value = 1) {
  RasterGrid grid = utmGrid(50, 40, 100);
  grid.transform[0] -= 200;
  grid.transform[3] += 200;
  std::vector<float> values(50 * 40, value);
  values.front() = 0;
  values.back() = 2;
  std::vector<RasterBand> band(1);
  band[0].name = "b1";
  return Raster::of(grid, band, std::move(values));
}

constexpr int kGrey = 128;  // of 1 between 0 and 2

QColor classOf(int index) {
  const auto colour = classColour(static_cast<std::size_t>(index));
  return {colour[0], colour[1], colour[2]};
}

bool near(const QColor& a, const QColor& b) {
  return std::abs(a.red() - b.red()) <= 2 && std::abs(a.green() - b.green()) <= 2 &&
         std::abs(a.blue() - b.blue()) <= 2;
}

struct Layers {
  FewRasters project{
      {{"Classes", stripes()}, {"Scene", greyScene()}, {"Reflectance", landsat(140, 100)}}};
  Shown shown{project.data(1), {1000, 640}, &project};

  Layers() {
    shown.choose("Background", "Scene");
    shown.view.setOptions({{"stretch", "minmax"}});
  }
  QSlider* opacity() const { return shown.view.findChild<QSlider*>(); }
  QPoint divider() const {
    const MapCanvas& canvas = shown.view.canvas();
    const QRectF plot = canvas.camera().plot();
    return (QPointF(dividerAt(plot, canvas.figure().choices().swipe), plot.top() + 30) *
            Shown::kScale)
        .toPoint();
  }
};

}  // namespace

class MapLayersTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theBarIsThereWhereThereIsWhatToChoose() {
    Layers layers;
    QVERIFY(layers.shown.box("Background")->isVisible());
    QCOMPARE(layers.shown.box("Background")->count(), 3);  // not itself
    QVERIFY(layers.shown.box("Arrangement")->isVisible() && layers.opacity()->isVisible());
    QCOMPARE(layers.opacity()->value(), 60);  // so that both are seen
    Shown alone(stripes());
    QVERIFY(!alone.box("Background")->isVisible());
    FewRasters one({{"Classes", stripes()}});
    Shown single(one.data(1), {900, 640}, &one);
    QVERIFY(!single.box("Background")->isVisible());
  }

  void theSliderMixesTheColours() {
    Layers layers;
    QSignalSpy edited(&layers.shown.view, &View::edited);
    for (const int percent : {0, 50, 100}) {
      layers.opacity()->setValue(percent);
      QTRY_VERIFY(layers.shown.ready());
      const QColor one = classOf(2);
      const auto mixed = [&](int above) {
        return int(std::lround((above * percent + kGrey * (100 - percent)) / 100.0));
      };
      const QColor wanted(mixed(one.red()), mixed(one.green()), mixed(one.blue()));
      const QColor seen = layers.shown.colourAt(50, 50);
      QVERIFY2(near(seen, wanted), qPrintable(seen.name() + ' ' + wanted.name()));
    }
    QCOMPARE(edited.count(), 3);
    QCOMPARE(layers.shown.view.options()["opacity"], 1.0);
    QTest::keyClick(layers.opacity(), Qt::Key_PageDown);
    QCOMPARE(layers.shown.view.options()["opacity"], 0.9);
    // Without a background it covers again.
    layers.shown.choose("Background", "None");
    QTRY_VERIFY(layers.shown.ready());
    QVERIFY(near(layers.shown.colourAt(50, 50), classOf(2)));
    QVERIFY(!layers.opacity()->isVisible());
  }

  void theLineIsDragged() {
    Layers layers;
    layers.shown.choose("Arrangement", "Swipe");
    QVERIFY(!layers.opacity()->isVisible());
    QTRY_VERIFY(layers.shown.ready());
    const QColor grey(kGrey, kGrey, kGrey);
    QVERIFY(near(layers.shown.colourAt(50, 50), grey));
    QVERIFY(near(layers.shown.colourAt(90, 50), classOf(4)));
    QSignalSpy edited(&layers.shown.view, &View::edited);
    const double before = layers.shown.view.canvas().camera().visible().left();
    layers.shown.drag(layers.divider(), layers.shown.place(110, 12));
    QVERIFY(near(layers.shown.colourAt(90, 50), grey));
    QVERIFY(near(layers.shown.colourAt(130, 50), classOf(6)));
    QCOMPARE(edited.count(), 1);
    layers.shown.drag(layers.divider(), layers.shown.place(30, 80));
    QVERIFY(near(layers.shown.colourAt(50, 50), classOf(2)));
    QVERIFY(near(layers.shown.colourAt(20, 50), grey));
    QCOMPARE(layers.shown.view.canvas().camera().visible().left(), before);  // nothing was panned
    const double share = layers.shown.view.options()["swipe"].get<double>();
    QTest::keyClick(&layers.shown.view.canvas(), Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(std::abs(layers.shown.view.options()["swipe"].get<double>() - share - 0.02) < 1e-9);
    // Elsewhere a drag pans.
    layers.shown.wheel(layers.shown.place(70, 50), 3);
    layers.shown.drag(layers.shown.place(80, 50), layers.shown.place(70, 50));
    QVERIFY(layers.shown.view.canvas().camera().visible().left() != before);
  }

  void theLineStaysOnTheMap() {
    Layers layers;
    layers.shown.choose("Arrangement", "Swipe");
    QTRY_VERIFY(layers.shown.ready());
    layers.shown.drag(layers.divider(), {-400, 200});
    QCOMPARE(layers.shown.view.options()["swipe"], 0.0);
    layers.shown.drag(layers.divider(), {4000, 200});
    QCOMPARE(layers.shown.view.options()["swipe"], 1.0);
  }

  void sideBySideMovesTogether() {
    Layers layers;
    layers.shown.choose("Arrangement", "Side by side");
    QTRY_VERIFY(layers.shown.ready());
    const MapCanvas& canvas = layers.shown.view.canvas();
    const std::vector<QRectF> plots = canvas.figure().plots(canvas.figureSize());
    QCOMPARE(plots.size(), 2u);
    const QPoint shift = ((plots[1].topLeft() - plots[0].topLeft()) * Shown::kScale).toPoint();
    const auto bothShow = [&](double column, double row, int index) {
      QTRY_VERIFY(layers.shown.ready());
      QVERIFY(near(layers.shown.colourAt(column, row), QColor(kGrey, kGrey, kGrey)));
      QVERIFY(near(layers.shown.colourOn(layers.shown.place(column, row) + shift), classOf(index)));
    };
    bothShow(50, 50, 2);
    // In the second plot the wheel holds the place under the pointer, of both.
    const QPoint at = layers.shown.place(50, 50);
    layers.shown.wheel(at + shift, 4);
    QVERIFY((layers.shown.place(50, 50) - at).manhattanLength() <= 2);
    bothShow(50, 50, 2);
    layers.shown.drag(at + shift, at + shift + QPoint(40, 25));
    QVERIFY((layers.shown.place(50, 50) - at - QPoint(40, 25)).manhattanLength() <= 2);
    bothShow(50, 50, 2);
    layers.shown.point(layers.shown.place(50, 50) + shift);
    QVERIFY(canvas.hoverText().startsWith("column 50, row 50"));
  }

  void thePointerSaysBothAndDegrees() {
    Layers layers;
    QTRY_VERIFY(layers.shown.ready());
    const MapCanvas& canvas = layers.shown.view.canvas();
    const auto degrees = [&] {
      layers.shown.point(layers.shown.place(50, 50));
      return canvas.hoverText().contains("° N, 51.005150° E");
    };
    QTRY_VERIFY(degrees());
    QTRY_VERIFY(canvas.hoverText().contains("Dune sand (3)") &&
                canvas.hoverText().contains("b1: 1"));
  }

  // The spectrum of the image beneath a class map, and of the class; see also class_spectrum_test.
  void aClickShowsTheClassAndThePixel() {
    Layers layers;
    layers.shown.choose("Background", "Reflectance");
    QTRY_VERIFY(layers.shown.ready());
    QTest::mouseClick(&layers.shown.view.canvas(), Qt::LeftButton, {}, layers.shown.place(50, 50));
    const SpectralProfile& profile = layers.shown.view.profile();
    QTRY_COMPARE(profile.classes().size(), 1u);
    QCOMPARE(profile.classes()[0].name, QString("Dune sand"));
    QCOMPARE(profile.classes()[0].colour, classOf(2));
    QCOMPARE(profile.classes()[0].spectrum.pixels, 20 * 90);
    QCOMPARE(profile.pixels().size(), 1u);
    QCOMPARE(profile.pixels()[0].values.size(), 7u);
    QVERIFY(profile.isVisible());
    // The same class again is one line; another is a second.
    QTest::mouseClick(&layers.shown.view.canvas(), Qt::LeftButton, {}, layers.shown.place(52, 60));
    QTest::mouseClick(&layers.shown.view.canvas(), Qt::LeftButton, {}, layers.shown.place(110, 60));
    QTRY_COMPARE(profile.classes().size(), 2u);
    QTRY_COMPARE(profile.pixels().size(), 3u);
    // Merged, they are one.
    layers.shown.pick(layers.shown.entry(6), {"Merge into", "Dune sand"});
    QTRY_COMPARE(profile.classes().size(), 1u);
    QTRY_COMPARE(profile.classes()[0].spectrum.pixels, 2 * 20 * 90);
    QTest::keyClick(&layers.shown.view.canvas(), Qt::Key_Escape);
    QVERIFY(!profile.isVisible() && profile.classes().empty());
  }

  // What is exported is what is on the screen.
  void filesShowTheSame() {
    Layers layers;
    layers.shown.choose("Arrangement", "Swipe");
    QTRY_VERIFY(layers.shown.ready());
    const auto copy = layers.shown.view.figure().copy();
    copy->prepare({});
    QTemporaryDir folder;
    for (const char* ending : {"png", "svg", "pdf"}) {
      const QString path = folder.filePath(QString("map.") + ending);
      exportFigure(*copy, path.toStdString(), {.width_mm = 120, .dpi = 150});
      QVERIFY(QFileInfo(path).size() > 2000);
    }
    const QImage picture(folder.filePath("map.png"));
    const auto& map = static_cast<const MapFigure&>(*copy);
    const QSizeF size = map.naturalSize(120 * 96 / 25.4);
    const auto colour = [&](double column, double row) {
      const QPointF at = map.camera(size).fromPixel().map(QPointF(column + 0.5, row + 0.5));
      return picture.pixelColor((at * picture.width() / size.width()).toPoint());
    };
    QVERIFY(near(colour(30, 50), QColor(kGrey, kGrey, kGrey)));
    QVERIFY(near(colour(110, 50), classOf(5)));
  }
};

QTEST_MAIN(MapLayersTest)
#include "map_layers_test.moc"
