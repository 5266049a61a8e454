// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/point_colours.h"

#include <QtTest>
#include <cmath>
#include <limits>

#include "views/cloud/point_raster.h"

using namespace lineament;
using namespace lineament::views;

class PointColoursTest : public QObject {
  Q_OBJECT

 private:
  // `count` points on a staircase: z = 0, 1, 2, ...; reflectance runs the other way.
  static PointCloud staircase(std::size_t count) {
    std::vector<float> positions, reflectance;
    for (std::size_t i = 0; i < count; ++i) {
      positions.insert(positions.end(), {0.0f, 0.0f, float(i)});
      reflectance.push_back(float(count - 1 - i));
    }
    PointCloud cloud;
    cloud.positions = std::move(positions);
    cloud.attributes.push_back({"reflectance", "", std::move(reflectance)});
    return cloud;
  }
  const std::vector<QRgb> ramp_{0xff000000u, 0xff404040u, 0xff808080u, 0xffffffffu};

 private Q_SLOTS:
  void rangeIsTheBulk() {
    const PointColouring height = colouringBy(staircase(101), "height");
    QCOMPARE(height.low, 2.0);
    QCOMPARE(height.high, 98.0);
    QCOMPARE(colouringBy(staircase(101), "reflectance").low, 2.0);
  }

  void coloursRunAlongTheRamp() {
    const PointCloud cloud = staircase(4);
    const auto colours = pointColours(cloud, {"height", "m", 0, 3}, ramp_);
    for (std::size_t i = 0; i < 4; ++i) QCOMPARE(colours(i), ramp_[i]);
    const auto reversed = pointColours(cloud, {"reflectance", "", 0, 3}, ramp_);
    QCOMPARE(reversed(0), ramp_.back());
    QCOMPARE(reversed(3), ramp_.front());
  }

  void outsideAndNotANumberStayOnTheRamp() {
    PointCloud cloud;
    cloud.positions =
        std::vector<float>{0, 0, -5, 0, 0, 500, 0, 0, std::numeric_limits<float>::quiet_NaN()};
    const auto colours = pointColours(cloud, {"height", "m", 0, 1}, ramp_);
    QCOMPARE(colours(0), ramp_.front());
    QCOMPARE(colours(1), ramp_.back());
    QCOMPARE(colours(2), ramp_.front());
  }

  void flatCloudHasARange() {
    PointCloud cloud;
    cloud.positions = std::vector<float>{1, 2, 3, 1, 2, 3};
    const PointColouring height = colouringBy(cloud, "height");
    QVERIFY(height.high > height.low);
    QVERIFY(colouringBy(PointCloud{}, "height").high > 0);
  }

  // Two points on one line of sight: the nearer one is seen.
  void rasterShowsTheNearerPoint() {
    OrbitCamera camera;
    camera.look({0, 0, 0}, 10, 0, 0);  // the eye stands at x = 10
    PointCloud cloud;
    cloud.positions = std::vector<float>{2, 0, 0, -2, 0, 0};
    const PointColour colours = [](std::size_t i) { return i == 0 ? 0xffff0000u : 0xff00ff00u; };
    const QImage picture = rasterOfPoints(cloud, colours, camera, {101, 101}, 3);
    QCOMPARE(picture.pixel(50, 50), 0xffff0000u);
    QCOMPARE(qAlpha(picture.pixel(10, 10)), 0);
  }
};

QTEST_APPLESS_MAIN(PointColoursTest)
#include "point_colours_test.moc"
