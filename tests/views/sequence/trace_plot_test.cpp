// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/trace_plot.h"

#include <QPainter>
#include <QtTest>

#include "tests/core/data/comparison_fixture.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr QRectF kCell(0, 0, 300, 150);

// Pixels of about a colour inside a place.
int painted(const QImage& image, const QRect& place, const QColor& colour) {
  int count = 0;
  for (int y = place.top(); y <= place.bottom(); ++y) {
    for (int x = place.left(); x <= place.right(); ++x) {
      const QColor pixel = image.pixelColor(x, y);
      const int away = std::abs(pixel.red() - colour.red()) +
                       std::abs(pixel.green() - colour.green()) +
                       std::abs(pixel.blue() - colour.blue());
      if (away < 60) ++count;
    }
  }
  return count;
}

QImage picture(const std::function<void(const Drawing&)>& draw, int scale = 1) {
  QImage image(kCell.size().toSize() * scale, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.scale(scale, scale);
  painter.setRenderHint(QPainter::Antialiasing);
  draw({painter, kCell.size(), figureTheme(), false});
  return image;
}

}  // namespace

class TracePlotTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void placesAreLinear() {
    const Comparison::Plot plot = testing::tracePlot(11);  // tokens 1 to 11, values 0 to 30
    const CurveLook look;
    const TracePlot drawn(plot, 11, look, kCell);
    const QRectF area = drawn.area();
    QVERIFY(kCell.contains(area));
    QCOMPARE(drawn.position(1, 0).x(), area.left());
    QCOMPARE(drawn.position(6, 0).x(), area.center().x());
    QCOMPARE(drawn.position(11, 0).x(), area.right());
    // A pad of 6 % of the range on both sides: 15 is the middle.
    QVERIFY(std::abs(drawn.position(1, 15).y() - area.center().y()) < 1e-9);
    QVERIFY(std::abs(drawn.position(1, 30).y() - (area.top() + area.height() * 0.06 / 1.12)) <
            1e-9);
  }

  void theRangeIsOfWhatIsShown() {
    const Comparison::Plot plot = testing::tracePlot(11);
    const CurveLook look{.hidden = {0, 2}, .forward = {}, .tokens = {}};  // 10 to 20 are left
    const TracePlot drawn(plot, 11, look, kCell);
    QVERIFY(std::abs(drawn.position(1, 15).y() - drawn.area().center().y()) < 1e-9);
    QVERIFY(drawn.position(1, 0).y() > drawn.area().bottom());
  }

  void placesAreTokens() {
    const Comparison::Plot plot = testing::tracePlot(11);
    const CurveLook look;
    const TracePlot drawn(plot, 11, look, kCell);
    for (std::size_t token = 0; token < 11; ++token) {
      const QPointF at(drawn.position(double(token) + 1, 0).x() + 3, drawn.area().center().y());
      if (token < 10) QCOMPARE(drawn.tokenAt(at), token);
    }
    QVERIFY(!drawn.tokenAt({drawn.area().left() - 10, drawn.area().center().y()}));
    QVERIFY(!drawn.tokenAt({drawn.area().center().x(), 2}));
    const Comparison::Plot memory = testing::memoryPlot(11);
    QVERIFY(!TracePlot(memory, 11, look, kCell).tokenAt(drawn.area().center()));
  }

  void nearestPointsOfSampledCurves() {
    Series::Curve sampled;
    sampled.rows = std::vector<std::uint64_t>{3, 7, 11};
    QCOMPARE(nearestPoint(sampled, 0), std::size_t{0});
    QCOMPARE(nearestPoint(sampled, 5), std::size_t{0});
    QCOMPARE(nearestPoint(sampled, 6), std::size_t{1});
    QCOMPARE(nearestPoint(sampled, 90), std::size_t{2});
    QVERIFY(!nearestPoint({}, 1));
  }

  void hiddenCurvesAreNotDrawnAndTheForwardOneIsLast() {
    const Comparison::Plot plot = testing::tracePlot(11);
    CurveLook look;
    look.hidden = {1};
    QCOMPARE(shownCurves(plot, look), (std::vector<std::size_t>{0, 2}));
    look.forward = 0;
    QCOMPARE(shownCurves(plot, look), (std::vector<std::size_t>{2, 0}));
    const QImage all = picture([&](const Drawing& drawing) {
      const CurveLook everything;
      TracePlot(plot, 11, everything, kCell).draw(drawing);
    });
    const QImage some =
        picture([&](const Drawing& drawing) { TracePlot(plot, 11, look, kCell).draw(drawing); });
    const QColor second = mechanismColour({}, 1, false);
    QVERIFY(painted(all, kCell.toRect(), second) > 100);
    QCOMPARE(painted(some, kCell.toRect(), second), 0);
    QVERIFY(mechanismPen(look, 0, false).widthF() > mechanismPen({}, 0, false).widthF());
    QVERIFY(mechanismColour(look, 2, false).alphaF() < 0.5f);
  }

  void aTokenIsMarkedWhereItLies() {
    const Comparison::Plot plot = testing::tracePlot(11);
    CurveLook look;
    look.tokens = {4};
    const QImage image =
        picture([&](const Drawing& drawing) { TracePlot(plot, 11, look, kCell).draw(drawing); });
    const TracePlot drawn(plot, 11, look, kCell);
    const int x = static_cast<int>(drawn.position(5, 0).x());
    // Between the dots at 14 and 24.
    const int top = static_cast<int>(drawn.position(5, 21).y());
    const QRect strip(x - 1, top, 3, static_cast<int>(drawn.position(5, 17).y()) - top);
    const CurveLook none;
    const QImage bare =
        picture([&](const Drawing& drawing) { TracePlot(plot, 11, none, kCell).draw(drawing); });
    QVERIFY(bare.copy(strip) != image.copy(strip));
    QCOMPARE(bare.copy(strip.translated(10, 0)), image.copy(strip.translated(10, 0)));
    // The dot on the last curve, whose value there is 24.
    const QPoint dot = drawn.position(5, 24).toPoint();
    QVERIFY(painted(image, QRect(dot - QPoint(2, 2), QSize(5, 5)), mechanismColour({}, 2, false)) >
            8);
  }

  // 1,000 values of 0 and 1 in turn: their mean is a line in the middle.
  void manyTokensAreAMeanOverAPaleRange() {
    Comparison::Plot plot = testing::tracePlot(1000);
    std::vector<double> turns;
    for (int i = 0; i < 1000; ++i) turns.push_back(i % 2);
    for (Series::Curve& curve : plot.series.curves) curve.y = turns;
    const CurveLook look{.hidden = {1, 2}, .forward = {}, .tokens = {}};
    // Large, so that the line covers whole pixels wherever the height of letters puts it.
    constexpr int kScale = 2;
    const QImage image = picture(
        [&](const Drawing& drawing) { TracePlot(plot, 1000, look, kCell).draw(drawing); }, kScale);
    const TracePlot drawn(plot, 1000, look, kCell);
    const QColor colour = mechanismColour({}, 0, false);
    const auto row = [&](double value) {
      return QRectF(drawn.area().left() + 10, drawn.position(1, value).y() - 1,
                    drawn.area().width() - 20, 2);
    };
    const auto large = [](const QRectF& place) {
      return QRectF(place.topLeft() * kScale, place.size() * kScale).toRect();
    };
    QVERIFY(painted(image, large(row(0.5)), colour) > kScale * drawn.area().width());
    QCOMPARE(painted(image, large(row(0.9)), colour), 0);
  }

  void whatIsNoNumberLeavesAGap() {
    Comparison::Plot plot = testing::tracePlot(3);
    for (Series::Curve& curve : plot.series.curves) {
      curve.y = std::vector<double>{std::nan(""), std::nan(""), std::nan("")};
    }
    const CurveLook look{.hidden = {}, .forward = {}, .tokens = {1}};
    picture([&](const Drawing& drawing) { TracePlot(plot, 3, look, kCell).draw(drawing); });
    const Comparison::Plot memory = testing::memoryPlot(200);  // down to 2^-199
    const TracePlot deep(memory, 200, look, kCell);
    QVERIFY(deep.position(0, 1e-8).y() > deep.area().bottom());
    QVERIFY(deep.position(0, 1e-5).y() < deep.area().bottom());
  }
};

QTEST_MAIN(TracePlotTest)
#include "trace_plot_test.moc"
