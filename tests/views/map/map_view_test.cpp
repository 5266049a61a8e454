// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/map_view.h"

#include <QElapsedTimer>
#include <QNativeGestureEvent>
#include <QPointingDevice>
#include <QSignalSpy>
#include <atomic>
#include <cmath>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "tests/views/map/shown_map.h"
#include "tests/views/map/small_rasters.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

constexpr double kScale = Shown::kScale;

// A scene as large as a tile of Sentinel-2, of which each reading takes a while.
class SlowScene : public RasterSource {
 public:
  static constexpr std::int64_t kSide = 10'980;

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    std::this_thread::sleep_for(std::chrono::milliseconds(15));
    on_window_thread = on_window_thread || std::this_thread::get_id() == window_thread;
    reads.fetch_add(1);
    cells.fetch_add(out_columns * out_rows);
    {
      const std::lock_guard lock(mutex);
      if (finest.empty() || window.columns / out_columns < finest.back()) {
        finest.push_back(window.columns / out_columns);
      }
    }
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = float(i % 251) + float(bands[0]);
  }

  std::thread::id window_thread = std::this_thread::get_id();
  mutable std::atomic<bool> on_window_thread = false;
  mutable std::atomic<int> reads = 0;
  mutable std::atomic<std::int64_t> cells = 0;
  mutable std::mutex mutex;
  mutable std::vector<std::int64_t> finest;  // pixels of a cell, as they became fewer
};

}  // namespace

class MapViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void classesAreShown() {
    const Raster raster = stripes();
    Shown shown(raster);
    QTRY_VERIFY(shown.ready());
    for (std::size_t i = 0; i < 7; ++i) {
      const auto& colour = raster.classes()[i].colour;
      QCOMPARE(shown.colourAt(double(i) * 20 + 10, 50), QColor(colour[0], colour[1], colour[2]));
    }
    QVERIFY(!shown.box("Colours")->isVisible());
    QCOMPARE(shown.view.canvas().accessibleName(), QString("Map"));
  }

  void twoFingersZoomAboutTheirPlace() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    const QPoint at = shown.place(30, 40);
    const double before = QLineF(shown.place(30, 40), shown.place(50, 40)).length();
    QNativeGestureEvent pinch(Qt::ZoomNativeGesture, QPointingDevice::primaryPointingDevice(), 2,
                              QPointF(at), QPointF(at),
                              shown.view.canvas().mapToGlobal(QPointF(at)), 0.5, {});
    QApplication::sendEvent(&shown.view.canvas(), &pinch);
    const double after = QLineF(shown.place(30, 40), shown.place(50, 40)).length();
    QVERIFY(std::abs(after / before - 1.5) < 0.05);
    QVERIFY((shown.place(30, 40) - at).manhattanLength() <= 1);
  }

  void theWheelHoldsThePointersPlace() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    const QPoint at = shown.place(40, 20);
    const double before = shown.view.canvas().camera().unitsPerPixel();
    QSignalSpy said(&shown.view, &View::optionsChanged);
    shown.wheel(at, 3);
    QVERIFY(std::abs(shown.view.canvas().camera().unitsPerPixel() / before - 1.728) < 0.01);
    QVERIFY((shown.place(40, 20) - at).manhattanLength() <= 2);
    QVERIFY(said.count() > 0);
    QVERIFY(shown.view.options().contains("view"));
  }

  void draggingPansAndKeysDo() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    shown.wheel(shown.place(60, 45), 4);
    const QPoint before = shown.place(60, 45);
    shown.drag({300, 200}, {340, 230});
    QVERIFY((shown.place(60, 45) - before - QPoint(40, 30)).manhattanLength() <= 2);
    const QPoint dragged = shown.place(60, 45);
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Right);
    QVERIFY(shown.place(60, 45).x() < dragged.x() - 20);
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Left);
    QVERIFY((shown.place(60, 45) - dragged).manhattanLength() <= 2);
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Down);
    QVERIFY(shown.place(60, 45).y() < dragged.y() - 20);
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Up);
    QVERIFY((shown.place(60, 45) - dragged).manhattanLength() <= 2);
  }

  void fittingShowsAll_data() {
    QTest::addColumn<int>("key");
    QTest::newRow("F") << int(Qt::Key_F);
    QTest::newRow("0") << int(Qt::Key_0);
    QTest::newRow("Home") << int(Qt::Key_Home);
    QTest::newRow("double click") << 0;
  }
  void fittingShowsAll() {
    QFETCH(int, key);
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    const double all = shown.view.canvas().camera().scale();
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Plus);
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Plus);
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Minus);
    QVERIFY(std::abs(shown.view.canvas().camera().scale() / all - 1.2) < 1e-6);
    if (key == 0) {
      QTest::mouseDClick(&shown.view.canvas(), Qt::LeftButton, {}, {200, 200});
    } else {
      QTest::keyClick(&shown.view.canvas(), Qt::Key(key));
    }
    QVERIFY(std::abs(shown.view.canvas().camera().scale() / all - 1) < 1e-9);
    QVERIFY(!shown.view.options().contains("view"));
  }

  void aBoxIsZoomedInto() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    shown.drag(shown.place(20, 20), shown.place(50, 40), Qt::RightButton);
    const QRectF seen = shown.view.canvas().camera().visiblePixels();
    QVERIFY(seen.contains(QRectF(21, 21, 28, 18)) && seen.width() < 60);
  }

  void thePixelUnderThePointerSaysWhatItIs() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    shown.point(shown.place(30, 20));
    QVERIFY(shown.view.canvas().hoverText().startsWith("column 30, row 20\nx 499,915.0"));
    QTRY_VERIFY(shown.view.canvas().hoverText().contains("B7 SWIR 2: "));
    shown.point({2, 2});
    QVERIFY(shown.view.canvas().hoverText().isEmpty());
  }

  void clickedPixelsHaveSpectra() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    QTest::mouseClick(&shown.view.canvas(), Qt::LeftButton, {}, shown.place(30, 20));
    QTRY_COMPARE(shown.view.profile().pixels().size(), 1u);
    QCOMPARE(shown.view.profile().pixels()[0].column, 30);
    QVERIFY(shown.view.profile().isVisible());
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Escape);
    QVERIFY(!shown.view.profile().isVisible());
    Shown labels(stripes());
    QTRY_VERIFY(labels.ready());
    QTest::mouseClick(&labels.view.canvas(), Qt::LeftButton, {}, labels.place(30, 20));
    QTest::qWait(50);
    QVERIFY(labels.view.profile().pixels().empty());
  }

  void bandsAreChosen() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    QComboBox* colours = shown.box("Colours");
    QCOMPARE(colours->currentText(), QString("True colour"));
    QSignalSpy said(&shown.view, &View::optionsChanged);
    QTest::keyClick(colours, Qt::Key_Down);
    QCOMPARE(shown.view.options()["bands"], (nlohmann::json{"B5", "B4", "B3"}));
    QCOMPARE(said.count(), 1);
    QTest::keyClick(colours, Qt::Key_Down);
    QCOMPARE(shown.view.options()["bands"], (nlohmann::json{"B7", "B6", "B4"}));
    QTest::keyClick(shown.box("Blue"), Qt::Key_Up);
    QCOMPARE(shown.view.options()["bands"], (nlohmann::json{"B7", "B6", "B3"}));
    QCOMPARE(colours->currentText(), QString("Three bands"));
    QTest::keyClick(colours, Qt::Key_End);
    QCOMPARE(shown.view.options()["bands"], (nlohmann::json{"B7"}));
    QCOMPARE(shown.view.options()["ramp"], "colour");
    QVERIFY(!shown.box("Blue")->isVisible() && shown.box("Band")->isVisible());
    QTRY_VERIFY(shown.ready());
    const QColor colour = shown.colourAt(20, 20);
    QVERIFY(colour.red() != colour.blue());
  }

  void theStretchIsChosenWithoutReadingAnew() {
    const auto source = std::make_shared<SlowScene>();
    const Raster raster(utmGrid(300, 200), std::vector<RasterBand>(1), source);
    Shown shown(raster);
    QTRY_VERIFY(shown.ready());
    const int reads = source->reads;
    const QColor before = shown.colourAt(10, 5);
    QTest::keyClick(shown.box("Stretch over"), Qt::Key_Down);
    QCOMPARE(shown.view.options()["stretch"], "minmax");
    QTRY_VERIFY(shown.ready());
    QCOMPARE(int(source->reads), reads);
    QVERIFY(shown.colourAt(10, 5) != before);
  }

  void theMenuHasWhatTheBarHas() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    const QPoint at(200, 150);
    const QStringList titles = shown.pick(at, {"Legend"});
    QVERIFY(titles.contains("Colours") && titles.contains("Fit to the raster"));
    QCOMPARE(shown.view.options()["legend"], false);
    shown.pick(at, {"Opacity", "50 %"});
    QCOMPARE(shown.view.options()["opacity"], 0.5);
    shown.pick(at, {"Stretch over", "all values"});
    QCOMPARE(shown.view.options()["stretch"], "minmax");
    shown.pick(at, {"Colours", "False colour: NIR, red, green"});
    QCOMPARE(shown.view.options()["bands"], (nlohmann::json{"B5", "B4", "B3"}));
  }

  void theLegendScrolls() {
    Shown shown(stripes(240, 100, 40), {700, 400});
    QTRY_VERIFY(shown.ready());
    const MapFigure& figure = shown.view.canvas().figure();
    const QRectF legend = figure.legendArea(QSizeF(shown.view.canvas().size()) / kScale);
    const QImage before = shown.view.canvas().grab().toImage();
    const double scale = shown.view.canvas().camera().scale();
    shown.wheel((legend.center() * kScale).toPoint(), -1);
    QVERIFY(shown.view.canvas().grab().toImage() != before);
    QCOMPARE(shown.view.canvas().camera().scale(), scale);
  }

  void optionsComeBack() {
    Shown shown(landsat());
    QTRY_VERIFY(shown.ready());
    shown.wheel({300, 200}, 3);
    shown.view.setOptions({{"bands", {"B1"}}, {"stretch", "minmax"}});
    MapView other;
    other.setData(Data(landsat()));
    other.setOptions(shown.view.options());
    QCOMPARE(other.options(), shown.view.options());
  }

  // No turn of the event loop waits for a reading; the first picture is a small one of everything.
  void aLargeSceneNeverBlocksTheWindow() {
    const auto source = std::make_shared<SlowScene>();
    const Raster raster(utmGrid(SlowScene::kSide, SlowScene::kSide, 10), std::vector<RasterBand>(3),
                        source);
    QElapsedTimer turn;
    Shown shown(raster, {800, 600});
    turn.start();
    qint64 longest = 0;
    QTimer ticking;
    connect(&ticking, &QTimer::timeout, this, [&] { longest = std::max(longest, turn.restart()); });
    ticking.start(0);
    QTRY_VERIFY(shown.view.figure().overview());
    const std::int64_t cells = source->cells;
    for (int step = 0; step < 12; ++step) {
      shown.wheel({250 + 10 * step, 240}, step % 3 == 2 ? -1 : 2);
      QTest::qWait(20);
      shown.drag({300, 300}, {340, 260});
      shown.point({200 + step, 210});
      QTest::qWait(20);
    }
    QTRY_VERIFY_WITH_TIMEOUT(shown.ready(), 20'000);
    QVERIFY(!source->on_window_thread);
    QVERIFY2(cells <= kOverviewCells * kOverviewCells + 4 * kTileCells * kTileCells,
             qPrintable(QString::number(cells)));
    QVERIFY(source->finest.front() > 16);
    QVERIFY(source->finest.back() < source->finest.front());
    QVERIFY2(longest < 250, qPrintable(QString::number(longest)));
  }

  // Until finer tiles are here what is coarser is seen, never a hole.
  void coarserPicturesStandIn() {
    const auto source = std::make_shared<SlowScene>();
    const Raster raster(utmGrid(SlowScene::kSide, SlowScene::kSide, 10), std::vector<RasterBand>(3),
                        source);
    Shown shown(raster, {800, 600});
    QTRY_VERIFY(shown.view.figure().overview());
    shown.wheel({300, 240}, 12);
    const QImage now = shown.view.canvas().grab().toImage();
    const QRectF plot = shown.view.canvas().camera().plot();
    int holes = 0;
    for (int i = 10; i < 90; ++i) {
      const QPointF at = plot.topLeft() + QPointF(plot.width(), plot.height()) * (i / 100.0);
      holes += now.pixelColor((at * kScale).toPoint()) == theme().view;
    }
    QVERIFY2(holes < 8, qPrintable(QString::number(holes)));
    QVERIFY(shown.view.caption().contains("mean of"));
  }

  void failedReadingsAreSaid() {
    class Broken : public RasterSource {
     public:
      void read(const RasterWindow&, std::span<const std::size_t>, std::int64_t, std::int64_t,
                std::span<float>) const override {
        throw std::runtime_error("the file has gone");
      }
    };
    Shown shown(Raster(utmGrid(10, 10), std::vector<RasterBand>(1), std::make_shared<Broken>()));
    QTRY_VERIFY(shown.view.canvas().tiles().problem().contains("the file has gone"));
    QVERIFY(!shown.view.grab().isNull());
    shown.view.setData(Data(landsat()));  // another one is read again
    QTRY_VERIFY(shown.ready());
  }

  void emptyRastersAreShown() {
    Shown shown{Raster()};
    shown.wheel({300, 200}, 1);
    QTest::keyClick(&shown.view.canvas(), Qt::Key_Left);
    shown.point({300, 200});
    shown.view.fit();
    QVERIFY(!shown.view.grab().isNull());
  }

  void aViewMayGoWhileItReads() {
    const auto source = std::make_shared<SlowScene>();
    const Raster raster(utmGrid(SlowScene::kSide, SlowScene::kSide, 10), std::vector<RasterBand>(3),
                        source);
    {
      Shown shown(raster);
      QTRY_VERIFY(source->reads > 2);
    }
    QTest::qWait(50);
    const int reads = source->reads;
    QTest::qWait(150);
    QVERIFY(source->reads <= reads + 1);
  }

  void otherKindsAreErrors() {
    MapView view;
    QVERIFY_EXCEPTION_THROWN(view.setData(Data(Note())), Error);
  }
};

QTEST_MAIN(MapViewTest)
#include "map_view_test.moc"
