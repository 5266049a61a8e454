// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/spatial/kmeans_reference.h"
#include "core/spatial/planar_points.h"
#include "tests/core/base/each_target.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

// Points around a few places, far from 0 beside their spread.
struct Drawn {
  std::size_t features, count;
  std::vector<float> planar;
  std::vector<double> rows;

  Drawn(std::size_t f, std::size_t n, std::uint64_t seed, double offset = 50)
      : features(f), count(n), planar(f * n), rows(f * n) {
    Random random(seed);
    for (std::size_t i = 0; i < n; ++i) {
      const auto place = static_cast<double>(random.below(9));
      for (std::size_t j = 0; j < f; ++j) {
        const auto value = static_cast<float>(
            offset + 3 * std::sin(place * static_cast<double>(j + 1)) + random.normal());
        planar[j * n + i] = value;
        rows[i * f + j] = static_cast<double>(value);
      }
    }
  }

  PlanarPoints points(std::size_t block = 100) const {
    return {planar.data(), features, count, block};
  }
  std::vector<double> start(std::size_t clusters) const {
    return {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(clusters * features)};
  }
};

std::vector<std::uint16_t> labelsOf(const PointSource& source, const std::vector<double>& centres,
                                    std::size_t count, std::size_t block) {
  std::vector<std::uint16_t> labels(count);
  assign(source, centres, {}, [&](std::size_t index, std::span<const std::uint16_t> part) {
    std::copy(part.begin(), part.end(),
              labels.begin() + static_cast<std::ptrdiff_t>(index * block));
  });
  return labels;
}

std::string keyOf(const PointSource& source, const KMeansOptions& options) {
  try {
    fitKMeans(source, options, {});
  } catch (const Error& error) {
    return error.key();
  }
  return {};
}

void compareWithTheDefinition() {
  struct Shape {
    std::size_t features, count, clusters;
  };
  for (const Shape& shape : {Shape{1, 1, 1},
                             {1, 57, 3},
                             {2, 333, 7},
                             {7, 1001, 8},
                             {12, 2050, 16},
                             {20, 700, 64},
                             {3, 517, 70}}) {
    const Drawn drawn(shape.features, shape.count, shape.count);
    KMeansOptions options;
    options.clusters = shape.clusters;
    options.start = drawn.start(shape.clusters);
    options.iterations = 30;
    options.tolerance = 0;
    const KMeansResult found = fitKMeans(drawn.points(), options, {});
    const KMeansReference expected = fitKMeansReference(drawn.rows, shape.features, options);
    QCOMPARE(labelsOf(drawn.points(), found.centres, shape.count, 100), expected.labels);
    QVERIFY(std::abs(found.inertia - expected.result.inertia) <=
            1e-6 * expected.result.inertia + 1e-9);
    QCOMPARE(found.counts, expected.result.counts);
    for (std::size_t i = 0; i < found.centres.size(); ++i) {
      QVERIFY(std::abs(found.centres[i] - expected.result.centres[i]) < 1e-4);
    }
  }
}

const std::vector<float> kSeven{0, 0, 1, 10, 10, 11, 5, 0, 1, 0, 10, 11, 10, 0};

}  // namespace

class KMeansTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Worked out by hand: one step from rows 0 and 3, and it stands still.
  void sevenPoints() {
    const PlanarPoints points(kSeven.data(), 2, 7);
    KMeansOptions options;
    options.clusters = 2;
    options.start = {0, 0, 10, 10};
    const KMeansResult found = fitKMeans(points, options, {});
    QVERIFY(std::abs(found.inertia - 19.0833333333) < 1e-6);
    QVERIFY(std::abs(found.centres[0] - 1.5) < 1e-6 && std::abs(found.centres[1] - 0.25) < 1e-6);
    QVERIFY(std::abs(found.centres[2] - 31.0 / 3) < 1e-6);
    QCOMPARE(labelsOf(points, found.centres, 7, 7),
             (std::vector<std::uint16_t>{0, 0, 0, 1, 1, 1, 0}));
  }

  void agreesWithTheDefinition() {
    testing::onEachTarget([] { compareWithTheDefinition(); });
  }

  void bothSeedingsFindThePlaces() {
    const Drawn drawn(4, 5000, 3);
    for (const Seeding seeding : {Seeding::plus_plus, Seeding::parallel}) {
      KMeansOptions options;
      options.clusters = 9;
      options.seeding = seeding;
      options.restarts = 3;
      const KMeansResult found = fitKMeans(drawn.points(), options, {});
      QVERIFY(found.converged);
      // Unit variance in four features around the right places; more where one was missed.
      QVERIFY(found.inertia < 5000 * 4 * 1.02);
    }
  }

  void moreRestartsAreNoWorse() {
    const Drawn drawn(3, 2000, 8);
    KMeansOptions options;
    options.clusters = 12;
    options.restarts = 1;
    const double one = fitKMeans(drawn.points(), options, {}).inertia;
    options.restarts = 8;
    QVERIFY(fitKMeans(drawn.points(), options, {}).inertia <= one);
  }

  void threadsGiveTheSameBytes() {
    const Drawn drawn(5, 30000, 4);
    KMeansOptions options;
    options.clusters = 7;
    options.restarts = 2;
    const KMeansResult all = fitKMeans(drawn.points(1000), options, {});
    const ThreadLimit limit(1);
    const KMeansResult one = fitKMeans(drawn.points(1000), options, {});
    QCOMPARE(all.centres, one.centres);
    QCOMPARE(all.inertia, one.inertia);
    QCOMPARE(all.iterations, one.iterations);
  }

  void emptyClustersGetTheFarthestPoint() {
    const std::vector<float> line{0, 1, 2, 100};
    const PlanarPoints points(line.data(), 1, 4);
    KMeansOptions options;
    options.clusters = 3;
    options.start = {0, 500, 600};  // the last two get one point between them at most
    const KMeansResult found = fitKMeans(points, options, {});
    QVERIFY(found.reseeded > 0);
    for (const std::uint64_t count : found.counts) QVERIFY(count > 0);
    QVERIFY(found.inertia <= 2);
  }

  void tiesGoToTheFirst() {
    const std::vector<float> line{0, 1, 2};
    const PlanarPoints points(line.data(), 1, 3);
    QCOMPARE(labelsOf(points, {0, 2}, 3, 3), (std::vector<std::uint16_t>{0, 0, 1}));
    QCOMPARE(labelsOf(points, {1, 1, 1}, 3, 3), (std::vector<std::uint16_t>{0, 0, 0}));
  }

  void refusesWhatCannotBe() {
    const std::vector<float> values{1, 2, 1, 2};
    KMeansOptions options;
    options.clusters = 3;
    QCOMPARE(keyOf(PlanarPoints(values.data(), 1, 4), options), std::string("kmeans.distinct"));
    options.clusters = 2;
    QCOMPARE(keyOf(PlanarPoints(values.data(), 1, 4), options), std::string());
    QCOMPARE(keyOf(PlanarPoints(values.data(), 1, 0), options), std::string("kmeans.no_points"));
    options.clusters = 0;
    QCOMPARE(keyOf(PlanarPoints(values.data(), 1, 4), options), std::string("kmeans.clusters"));
    options.clusters = 2;
    options.start = {1};
    QCOMPARE(keyOf(PlanarPoints(values.data(), 1, 4), options), std::string("kmeans.start"));
    options.start.clear();
    for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
      const std::vector<float> with{1, bad, 3, 4};
      QCOMPARE(keyOf(PlanarPoints(with.data(), 1, 4), options), std::string("kmeans.value"));
    }
  }

  void stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    const Drawn drawn(2, 500, 1);
    QVERIFY_EXCEPTION_THROWN(fitKMeans(drawn.points(), {}, context), Cancelled);
  }
};

QTEST_APPLESS_MAIN(KMeansTest)
#include "kmeans_test.moc"
