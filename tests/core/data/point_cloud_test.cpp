// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/point_cloud.h"

#include <QtTest>
#include <limits>

using namespace lineament;

class PointCloudTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void boundsLeaveOutWhatIsNotFinite() {
    const float missing = std::numeric_limits<float>::quiet_NaN();
    PointCloud cloud;
    cloud.positions = std::vector<float>{1, 5, -2, missing, 9, 9, -3, 4, 0};
    const PointCloud::Bounds bounds = boundsOf(cloud);
    QCOMPARE(bounds.low, (std::array<float, 3>{-3, 4, -2}));
    QCOMPARE(bounds.high, (std::array<float, 3>{1, 5, 0}));
  }

  // Centimetres of geographic coordinates, which single precision alone would round to half a
  // metre.
  void extentHasTheOrigin() {
    PointCloud cloud;
    cloud.origin = {500'000, 5'400'000, 0};
    cloud.positions = std::vector<float>{0.25F, -0.5F, 3, 10, 2, 1};
    const auto extent = extentOf(cloud);
    QCOMPARE(extent[0].low, 500'000.25);
    QCOMPARE(extent[0].high, 500'010.0);
    QCOMPARE(extent[1].low, 5'399'999.5);
    QCOMPARE(extent[1].high, 5'400'002.0);
    QCOMPARE(extent[2].low, 1.0);
    QCOMPARE(extent[2].high, 3.0);
  }

  void emptyCloudsHaveNone() {
    const auto extent = extentOf({});
    QCOMPARE(extent[0].low, 0.0);
    QCOMPARE(extent[2].high, 0.0);
  }
};

QTEST_APPLESS_MAIN(PointCloudTest)
#include "point_cloud_test.moc"
