// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/transition_plane.h"

#include <QPainter>
#include <QtTest>

#include "tests/core/data/comparison_fixture.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr QRectF kCell(0, 0, 300, 320);

QImage picture(const Comparison::Plot& plot, const CurveLook& look) {
  QImage image(kCell.size().toSize(), QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  TransitionPlane(plot, look, kCell).draw({painter, kCell.size(), figureTheme(), false});
  return image;
}

// The darkest pixel within two units of a place.
int darkest(const QImage& image, const QPointF& at) {
  int dark = 255;
  for (int dy = -2; dy <= 2; ++dy) {
    for (int dx = -2; dx <= 2; ++dx) {
      dark = std::min(dark, qGray(image.pixel(at.toPoint() + QPoint(dx, dy))));
    }
  }
  return dark;
}

}  // namespace

class TransitionPlaneTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Rotations have their eigenvalues on the circle, which is round.
  void theUnitCircleIsACircle() {
    const Comparison::Plot plot = testing::rotationPlot(4);
    const CurveLook look;
    const TransitionPlane plane(plot, look, kCell);
    QVERIFY(std::abs(plane.area().width() - plane.area().height()) < 1e-9);
    QVERIFY(kCell.contains(plane.area()));
    const QPointF centre = plane.position(0, 0);
    QVERIFY((centre - plane.area().center()).manhattanLength() < 1e-9);
    const double radius = plane.position(1, 0).x() - centre.x();
    for (const Series::Curve& curve : plot.series.curves) {
      for (std::size_t i = 0; i < curve.x.size(); ++i) {
        const QPointF away = plane.position(curve.x[i], curve.y[i]) - centre;
        QVERIFY(std::abs(std::hypot(away.x(), away.y()) - radius) < 1e-9);
      }
    }
    QVERIFY(plane.position(0, 1).y() < centre.y());  // imaginary parts upwards
  }

  void theCircleAndTheEigenvaluesAreDrawn() {
    const Comparison::Plot plot = testing::rotationPlot(4);
    const CurveLook hidden{.hidden = {0, 1, 2}, .forward = {}, .tokens = {}}, shown;
    const QImage bare = picture(plot, hidden), full = picture(plot, shown);
    const TransitionPlane without(plot, hidden, kCell), with(plot, shown, kCell);
    const double half = std::numbers::sqrt2 / 2;
    QVERIFY(darkest(bare, without.position(half, half)) < 170);
    QVERIFY(darkest(bare, without.position(0.5, 0.5)) > 240);  // inside of it there is nothing
    const double sixth = std::sin(std::numbers::pi / 3);
    QVERIFY(darkest(full, with.position(0.5, sixth)) < 150);
    QVERIFY(darkest(full, with.position(0.5, -sixth)) < 150);
  }

  void whatLiesOutsideIsReached() {
    Comparison::Plot plot = testing::rotationPlot(1);
    plot.series.curves[0].x = std::vector<double>{-3, std::nan("")};
    plot.series.curves[0].y = std::vector<double>{0.5, 0};
    const CurveLook look, without{.hidden = {0}, .forward = {}, .tokens = {}};
    const TransitionPlane plane(plot, look, kCell);
    QVERIFY(plane.area().contains(plane.position(-3, 0.5)));
    QVERIFY(!TransitionPlane(plot, without, kCell)
                 .area()
                 .contains(TransitionPlane(plot, without, kCell).position(-3, 0.5)));
    picture(plot, look);
  }

  // At token 2 the second mechanism's eigenvalues are elsewhere than at all others.
  void aTokensEigenvaluesStandOut() {
    Comparison::Plot plot = testing::rotationPlot(4);
    std::vector<double> real(8, 0.25), imaginary(8, 0.5);
    real[4] = real[5] = -0.5;
    imaginary[4] = imaginary[5] = 0.25;
    plot.series.curves[1].x = real;
    plot.series.curves[1].y = imaginary;
    const CurveLook none, third{.hidden = {}, .forward = {}, .tokens = {2}};
    const QPointF at = TransitionPlane(plot, none, kCell).position(-0.5, 0.25);
    const QPointF other = TransitionPlane(plot, none, kCell).position(0.25, 0.5);
    const QImage before = picture(plot, none), after = picture(plot, third);
    QVERIFY(darkest(after, at) <= darkest(before, at));
    QVERIFY(darkest(after, other) > darkest(before, other) + 20);
  }
};

QTEST_MAIN(TransitionPlaneTest)
#include "transition_plane_test.moc"
