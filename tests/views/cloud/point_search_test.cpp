// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/point_search.h"

#include <QtTest>
#include <cmath>

#include "core/base/random.h"

using namespace lineament;
using namespace lineament::views;

namespace {

constexpr QSizeF kPicture(640, 480);

// More than a block, and no multiple of one.
PointCloud ball(std::size_t points) {
  Random random(7);
  std::vector<float> positions;
  for (std::size_t i = 0; i < 3 * points; ++i) positions.push_back(float(random.normal()));
  PointCloud cloud;
  cloud.positions = std::move(positions);
  return cloud;
}

OrbitCamera::Projection projectionOf(const PointCloud& cloud) {
  OrbitCamera camera;
  camera.fit(boundsOf(cloud), kPicture);
  return camera.projection(kPicture);
}

}  // namespace

class PointSearchTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void findsTheNearest() {
    const PointCloud cloud = ball(300'001);
    const auto projection = projectionOf(cloud);
    for (const QPointF pixel : {QPointF(320, 240), QPointF(200, 300), QPointF(5, 5)}) {
      std::optional<std::size_t> expected;
      double best = 1e300;
      for (std::size_t i = 0; i < cloud.points(); ++i) {
        const float* p = cloud.positions.data() + 3 * i;
        const auto seen = projection({p[0], p[1], p[2]});
        if (!seen) continue;
        const double miss = std::hypot(seen->pixel.x() - pixel.x(), seen->pixel.y() - pixel.y());
        if (miss > 6 || seen->depth * (1 + 0.02 * miss) >= best) continue;
        best = seen->depth * (1 + 0.02 * miss);
        expected = i;
      }
      QVERIFY(pointNear(cloud, projection, pixel, 6, {}) == expected);
    }
    QVERIFY(pointNear(cloud, projection, {320, 240}, 6, {}).has_value());
    QVERIFY(!pointNear(cloud, projection, {-500, 0}, 6, {}));
    QVERIFY(!pointNear({}, projection, {320, 240}, 6, {}));
  }

  // Reach is a circle; of two points on one line of sight the nearer one is found.
  void reachIsRound() {
    OrbitCamera camera;
    camera.look({0, 0, 0}, 10, 0, 0);
    const auto projection = camera.projection(kPicture);
    PointCloud cloud;
    cloud.positions = std::vector<float>{0, 0, 0, 0.05F, 0, 0};
    const QPointF at = projection({0, 0, 0})->pixel;
    QVERIFY(pointNear(cloud, projection, at + QPointF(4, 4), 6, {}).has_value());
    QVERIFY(!pointNear(cloud, projection, at + QPointF(5, 5), 6, {}));
    const QPointF aside = projection({0.05, 0, 0})->pixel;
    QVERIFY(pointNear(cloud, projection, aside, 6, {}) == std::size_t{1});
  }

  void findsThoseInside() {
    const PointCloud cloud = ball(300'001);
    const auto projection = projectionOf(cloud);
    const QPolygonF star({{320, 100}, {400, 400}, {150, 200}, {490, 200}, {240, 400}});
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < cloud.points(); ++i) {
      const float* p = cloud.positions.data() + 3 * i;
      const auto seen = projection({p[0], p[1], p[2]});
      if (seen && star.containsPoint(seen->pixel, Qt::OddEvenFill)) expected.push_back(i);
    }
    QVERIFY(expected.size() > 1000);
    QVERIFY(pointsInside(cloud, projection, star, {}) == expected);
    QVERIFY(pointsInside(cloud, projection, {}, {}).empty());
  }

  void canBeCancelled() {
    const PointCloud cloud = ball(300'001);
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    QVERIFY_THROWS_EXCEPTION(
        Cancelled, static_cast<void>(pointNear(cloud, projectionOf(cloud), {1, 1}, 6, context)));
  }
};

QTEST_APPLESS_MAIN(PointSearchTest)
#include "point_search_test.moc"
