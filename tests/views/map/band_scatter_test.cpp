// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QSignalSpy>
#include <QtTest>
#include <set>

#include "tests/views/map/shown_map.h"
#include "tests/views/map/small_rasters.h"
#include "views/common/figure_export.h"
#include "views/map/band_scatter_view.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

// Two values: the first pixels at (0, 0), the others at (10, 5); one has none.
Raster twoHeaps(int first = 200) {
  std::vector<RasterBand> bands(2);
  bands[0].name = "b1";
  bands[1].name = "b2";
  std::vector<float> values;
  for (int band = 0; band < 2; ++band) {
    for (int i = 0; i < 400; ++i) values.push_back(i < first ? 0.0f : band == 0 ? 10.0f : 5.0f);
  }
  values[7] = std::numeric_limits<float>::quiet_NaN();
  return Raster::of(utmGrid(20, 20), std::move(bands), std::move(values));
}

BandScatter prepared(const Raster& raster, const nlohmann::json& options = {}) {
  BandScatter scatter;
  scatter.setData(Data(raster, "scene"));
  if (!options.is_null()) scatter.setOptions(options);
  scatter.prepare({});
  return scatter;
}

}  // namespace

class BandScatterTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void allPixelsOfASmallRasterCount() {
    const PixelSample sample = samplePixels(twoHeaps(), {0, 1}, {});
    QVERIFY(sample.all);
    QCOMPARE(sample.pixels.size(), std::size_t(399));
    const std::set<std::size_t> different(sample.pixels.begin(), sample.pixels.end());
    QCOMPARE(different.size(), std::size_t(399));
    QVERIFY(!different.contains(7));
    for (std::size_t i = 0; i < sample.pixels.size(); ++i) {
      QCOMPARE(sample.x[i], sample.pixels[i] < 200 ? 0.0f : 10.0f);
      QCOMPARE(sample.y[i], sample.pixels[i] < 200 ? 0.0f : 5.0f);
    }
  }

  void largeRastersAreSampledAlike() {
    const Raster large = stripes(3000, 1200);
    const PixelSample once = samplePixels(large, {0, 0}, {}),
                      again = samplePixels(large, {0, 0}, {});
    QVERIFY(!once.all && once.pixels == again.pixels);
    QVERIFY(once.pixels.size() > 700'000 && once.pixels.size() < 1'020'000);
    for (std::size_t i = 0; i < once.pixels.size(); i += 9973) {
      const auto pixel = std::int64_t(once.pixels[i]);
      QCOMPARE(once.x[i], large.values({pixel % 3000, pixel / 3000, 1, 1}).front());
    }
  }

  // Both heaps are as dark as their number says; nothing lies between them.
  void densityIsDrawn() {
    const BandScatter scatter = prepared(twoHeaps(40));
    const QImage image = figureImage(scatter, {.width_mm = 127, .dpi = 96});
    const QRectF plot = scatter.plotArea(scatter.naturalSize(480));
    std::set<QRgb> colours;
    for (int y = int(plot.top()) + 2; y < plot.bottom() - 2; ++y) {
      for (int x = int(plot.left()) + 2; x < plot.right() - 2; ++x) {
        if (image.pixelColor(x, y).lightness() < 225) colours.insert(image.pixel(x, y));
      }
    }
    QCOMPARE(colours.size(), std::size_t(2));  // 39 and 360 pixels
  }

  void theBandsAreChosen() {
    BandScatter scatter = prepared(landsat());
    QCOMPARE(scatter.options()["x"], nlohmann::json("B4"));  // red
    QCOMPARE(scatter.options()["y"], nlohmann::json("B5"));  // near infrared
    scatter.setOptions({{"x", "B7"}, {"y", "none of that name"}});
    QVERIFY(!scatter.sample());
    QCOMPARE(scatter.bands(), (std::array<std::size_t, 2>{6, 4}));
    scatter.prepare({});
    QCOMPARE(scatter.sample()->x[5], landsat().values({5, 0, 1, 1}, 6).front());
    const QString svg = QString::fromUtf8(figureSvg(scatter, {}));
    QVERIFY(svg.contains("B7 SWIR 2") && svg.contains("B5 NIR"));
  }

  void classesHaveNoScatter() {
    const BandScatter scatter = prepared(stripes());
    QVERIFY(!scatter.possible());
    QVERIFY(QString::fromUtf8(figureSvg(scatter, {})).contains("takes two bands"));
    prepared(Raster());
  }

  // Around one of the heaps: its pixels are chosen, here and on the map.
  void pixelsAreChosenOnTheMap() {
    BandScatterView view;
    view.resize(600, 500);
    view.setData(Data(twoHeaps(), "scene"));
    view.show();
    QTRY_VERIFY(view.figure().sample());
    QVERIFY(view.caption().startsWith("399 pixels"));
    QSignalSpy chosen(&view, &View::selectionEdited);
    const QSizeF size = QSizeF(view.plot().size()) / PlotView::kScreenScale;
    const std::vector<Spot> spots = view.figure().spots(size);
    QCOMPARE(spots.size(), std::size_t(399));
    const auto high =
        std::find_if(spots.begin(), spots.end(), [](const Spot& spot) { return spot.row >= 200; });
    const QPoint at = (high->position * PlotView::kScreenScale).toPoint();
    QTest::mousePress(&view.plot(), Qt::LeftButton, Qt::AltModifier, at - QPoint(30, 20));
    for (const QPoint& corner : {QPoint(20, -20), QPoint(20, 20), QPoint(-30, 20)}) {
      QMouseEvent move(QEvent::MouseMove, QPointF(at + corner),
                       view.plot().mapToGlobal(QPointF(at + corner)), Qt::NoButton, Qt::LeftButton,
                       Qt::AltModifier);
      QApplication::sendEvent(&view.plot(), &move);
    }
    QTest::mouseRelease(&view.plot(), Qt::LeftButton, Qt::AltModifier, at + QPoint(-30, 20));
    QCOMPARE(chosen.size(), 1);
    const auto selection = chosen[0][0].value<Selection>();
    QCOMPARE(selection.origin(), std::string("scene"));
    QCOMPARE(selection.size(), std::size_t(200));

    Shown map(Data(twoHeaps(), "scene"));
    QTRY_VERIFY(map.ready());
    const QColor before = map.colourAt(5, 15), other = map.colourAt(5, 3);
    map.view.setSelection(selection);
    QCOMPARE(map.colourAt(5, 15), lightTheme().selection);
    QVERIFY(before != lightTheme().selection);
    QCOMPARE(map.colourAt(5, 3), other);
  }
};

QTEST_MAIN(BandScatterTest)
#include "band_scatter_test.moc"
