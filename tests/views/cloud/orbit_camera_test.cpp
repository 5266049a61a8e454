// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/orbit_camera.h"

#include <Eigen/Geometry>
#include <QtTest>
#include <cmath>

#include "core/base/random.h"
#include "views/cloud/cloud_furniture.h"

using namespace lineament;
using namespace lineament::views;

class OrbitCameraTest : public QObject {
  Q_OBJECT

 private:
  const QSizeF picture_{800, 600};

 private Q_SLOTS:
  void focusIsInTheMiddle() {
    Random random(1);
    for (int i = 0; i < 50; ++i) {
      OrbitCamera camera;
      const Eigen::Vector3d focus(random.normal(), random.normal(), random.normal());
      camera.look(focus, random.uniform(1, 100), random.uniform(-9, 9), random.uniform(-2, 2));
      const auto seen = camera.projection(picture_)(focus);
      QVERIFY(seen.has_value());
      QVERIFY(std::hypot(seen->pixel.x() - 400, seen->pixel.y() - 300) < 1e-9);
      QVERIFY(std::abs(seen->depth - camera.distance()) < 1e-9 * camera.distance());
    }
  }

  // Seen along +y from the south, x runs to the right and z upwards.
  void directionsOnThePicture() {
    OrbitCamera camera;
    camera.look({0, 0, 0}, 10, -std::acos(-1.0) / 2, 0);
    const auto projection = camera.projection(picture_);
    QVERIFY(projection({1, 0, 0})->pixel.x() > 400);
    QVERIFY(projection({0, 0, 1})->pixel.y() < 300);
    QVERIFY(projection({0, 1, 0})->depth > 10);
    // A point one metre aside at ten metres: scale = half height / tan(half of the view's angle).
    const double expected = 300 / std::tan(camera.fieldOfView() / 2) / 10;
    QVERIFY(std::abs(projection({1, 0, 0})->pixel.x() - 400 - expected) < 1e-9);
    QVERIFY(!projection({0, -20, 0}).has_value());
  }

  void zoomKeepsWhatIsUnderThePointer() {
    OrbitCamera camera;
    camera.look({1, 2, 3}, 20, 0.7, 0.4);
    const QPointF pointer(620, 130);
    const auto before = camera.projection(picture_);
    const QPointF off = pointer - before.centre;
    const Eigen::Vector3d under =
        camera.focus() +
        camera.distance() / before.scale * (off.x() * before.right - off.y() * before.up);
    camera.zoomAbout(1.7, pointer, picture_);
    const auto seen = camera.projection(picture_)(under);
    QVERIFY(std::hypot(seen->pixel.x() - pointer.x(), seen->pixel.y() - pointer.y()) < 1e-6);
  }

  void panMovesTheFocusWithThePointer() {
    OrbitCamera camera;
    camera.look({1, 2, 3}, 20, 0.7, 0.4);
    const Eigen::Vector3d focus = camera.focus();
    camera.pan({35, -12}, picture_);
    const auto seen = camera.projection(picture_)(focus);
    QVERIFY(std::abs(seen->pixel.x() - 435) < 0.5 && std::abs(seen->pixel.y() - 288) < 0.5);
  }

  void fitShowsTheWholeBox() {
    PointCloud::Bounds bounds{{-40, -10, -2}, {70, 30, 5}};
    for (const QSizeF& size : {QSizeF(800, 600), QSizeF(300, 900), QSizeF(1600, 200)}) {
      OrbitCamera camera;
      camera.fit(bounds, size);
      const auto projection = camera.projection(size);
      for (int corner = 0; corner < 8; ++corner) {
        const auto seen = projection(
            {corner & 1 ? 70.0 : -40.0, corner & 2 ? 30.0 : -10.0, corner & 4 ? 5.0 : -2.0});
        QVERIFY(seen.has_value());
        QVERIFY(QRectF({0, 0}, size).contains(seen->pixel));
      }
    }
  }

  void neverTurnsOver() {
    OrbitCamera camera;
    camera.look({0, 0, 0}, 5, 0, 0);
    camera.orbit({0, 10000});
    QVERIFY(camera.up().z() > 0);
    camera.orbit({0, -20000});
    QVERIFY(camera.up().z() > 0);
  }

  void roundLengths() {
    QCOMPARE(roundLength(7.3), 5.0);
    QCOMPARE(roundLength(2.0), 2.0);
    QCOMPARE(roundLength(19), 10.0);
    QVERIFY(std::abs(roundLength(0.034) - 0.02) < 1e-15);
  }
};

QTEST_APPLESS_MAIN(OrbitCameraTest)
#include "orbit_camera_test.moc"
