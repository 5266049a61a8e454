// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/growing_picture.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr QSize kPixels(160, 120);

// A helix along x, so that each quarter of it has its own part of the picture.
PointCloud helix(std::size_t points) {
  std::vector<float> positions;
  for (std::size_t i = 0; i < points; ++i) {
    const float along = 10 * float(i) / float(points);
    positions.insert(positions.end(), {along, std::sin(40 * along), std::cos(40 * along)});
  }
  PointCloud cloud;
  cloud.positions = std::move(positions);
  return cloud;
}

OrbitCamera cameraOn(const PointCloud& cloud) {
  OrbitCamera camera;
  camera.fit(boundsOf(cloud), kPixels);
  return camera;
}

}  // namespace

class GrowingPictureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void strideVisitsEachPointOnce() {
    for (const std::size_t points : {1u, 2u, 6u, 30u, 4096u, 10007u}) {
      const std::size_t stride = evenStride(points);
      std::vector<int> visits(points);
      for (std::size_t i = 0; i < points; ++i) ++visits[i * stride % points];
      QVERIFY(std::all_of(visits.begin(), visits.end(), [](int n) { return n == 1; }));
    }
  }

  // Of any beginning of the order each tenth of the cloud has its share.
  void everyBeginningIsEven() {
    constexpr std::size_t kPoints = 100'000, kTaken = 4096, kParts = 10;
    const std::size_t stride = evenStride(kPoints);
    std::vector<int> taken(kParts);
    for (std::size_t i = 0; i < kTaken; ++i) ++taken[i * stride % kPoints * kParts / kPoints];
    for (const int count : taken) QVERIFY(std::abs(count - int(kTaken / kParts)) < 20);
  }

  void growsToTheWholePicture() {
    const PointCloud cloud = helix(50'000);
    // One colour for each eighth: neighbours may be equally near, and then either may be in front.
    const PointColour colours = [&](std::size_t i) {
      return qRgb(30 * int(i * 8 / cloud.points()), 9, 99);
    };
    const OrbitCamera camera = cameraOn(cloud);
    GrowingPicture growing;
    growing.setCloud(cloud);
    growing.setColours(colours);
    growing.begin(camera, kPixels, 1);
    growing.grow(0);
    QVERIFY(growing.pointsShown() > 0 && !growing.complete());
    while (!growing.complete()) growing.grow(0);
    QCOMPARE(growing.picture(), rasterOfPoints(cloud, colours, camera, kPixels, 1));
  }

  void nothingIsCompleteAtOnce() {
    GrowingPicture growing;
    growing.setCloud({});
    growing.begin(OrbitCamera(), kPixels, 1);
    growing.grow(0);
    QVERIFY(growing.complete());
  }
};

QTEST_MAIN(GrowingPictureTest)
#include "growing_picture_test.moc"
