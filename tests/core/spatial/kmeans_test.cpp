// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/kmeans.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/parallel.h"
#include "core/spatial/kmeans_mini_batch.h"
#include "core/spatial/kmeans_reference.h"
#include "tests/core/base/caught.h"
#include "tests/core/spatial/point_rows.h"

using namespace lineament;
using namespace lineament::spatial;
using namespace lineament::test;

namespace {

bool close(double actual, double expected, double tolerance) {
  return std::abs(actual - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

std::vector<std::uint16_t> labelsOf(const PointSource& source, const KMeansResult& result) {
  std::vector<std::vector<std::uint16_t>> blocks(source.blocks());
  assign(source, result.centres, {}, [&](std::size_t block, std::span<const std::uint16_t> labels) {
    blocks[block].assign(labels.begin(), labels.end());
  });
  std::vector<std::uint16_t> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

// Blocks that are copied into the caller's room, as from a file.
class Streamed : public PointSource {
 public:
  explicit Streamed(const PointSource& source) : source_(source) {}
  std::size_t features() const override { return source_.features(); }
  std::size_t blocks() const override { return source_.blocks(); }
  Points block(std::size_t index, std::vector<float>& room) const override {
    const Points points = source_.block(index, room);
    room.clear();
    for (std::size_t f = 0; f < features(); ++f) {
      const float* row = points.values + f * points.stride;
      room.insert(room.end(), row, row + points.count);
    }
    return {room.data(), points.count, points.count};
  }

 private:
  const PointSource& source_;
};

KMeansOptions starting(const PointRows& points, std::size_t clusters, int iterations = 10) {
  KMeansOptions options;
  options.clusters = clusters;
  options.iterations = iterations;
  options.tolerance = 0;
  options.start = points.firstRows(clusters);
  return options;
}

bool closeAll(const std::vector<double>& actual, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!close(actual[i], expected[i], 1e-6)) return false;
  }
  return actual.size() == expected.size();
}

std::size_t nearest(const double* point, const std::vector<double>& centres, std::size_t features) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k * features < centres.size(); ++k) {
    double square = 0;
    for (std::size_t f = 0; f < features; ++f) {
      const double difference = point[f] - centres[k * features + f];
      square += difference * difference;
    }
    if (square >= least) continue;
    least = square;
    best = k;
  }
  return best;
}

// Sculley's algorithm 1 as it reads: the nearest centres of a batch first, then one step for each
// of its points.
std::vector<double> miniBatchReference(const PointRows& points, const KMeansOptions& options,
                                       int iterations) {
  const std::size_t features = points.features;
  std::vector<double> centres = options.start, got(options.clusters);
  const Random random = Random(options.seed).split(std::uint64_t{0}).split(std::uint64_t{1});
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const auto batch =
        drawBatch(points.count(), options.batch, static_cast<std::size_t>(iteration), random);
    std::vector<std::size_t> labels;
    for (const std::size_t i : batch) {
      labels.push_back(nearest(points.rows.data() + i * features, centres, features));
    }
    for (std::size_t b = 0; b < batch.size(); ++b) {
      const double rate = 1 / ++got[labels[b]];
      for (std::size_t f = 0; f < features; ++f) {
        double& centre = centres[labels[b] * features + f];
        centre = (1 - rate) * centre + rate * points.rows[batch[b] * features + f];
      }
    }
  }
  return centres;
}

}  // namespace

class KMeansTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void workedExample() {
    const PointRows points = sevenPoints();
    KMeansOptions options = starting(points, 2);
    options.start = {0, 0, 10, 10};
    const KMeansResult result = fitKMeans(points.source(), options, {});
    QVERIFY(result.converged);
    QCOMPARE(result.iterations, 2);
    QCOMPARE(result.counts, (std::vector<std::uint64_t>{4, 3}));
    QVERIFY(close(result.inertia, 19.0833333333, 1e-7));
    const double expected[] = {1.5, 0.25, 31.0 / 3, 31.0 / 3};
    for (int i = 0; i < 4; ++i) QVERIFY(close(result.centres[i], expected[i], 1e-6));
    QCOMPARE(labelsOf(points.source(), result), (std::vector<std::uint16_t>{0, 0, 0, 1, 1, 1, 0}));
  }

  void agreesWithReference() {
    Random random(31);
    for (int round = 0; round < 60; ++round) {
      const std::size_t features = 1 + random.below(20);
      const std::size_t clusters = 1 + random.below(70);
      const std::size_t count = clusters + random.below(round % 10 == 0 ? 5000 : 900);
      const PointRows points = clouds(count, features, 1 + clusters / 2, random.bits());
      const KMeansOptions options = starting(points, clusters);
      const KMeansReference expected = fitKMeansReference(points.rows, features, options);
      const auto source = points.source(1 + random.below(2000));
      const KMeansResult result = fitKMeans(source, options, {});
      const auto said =
          fmt::format("{} points, {} features, {} clusters", count, features, clusters);
      QVERIFY2(labelsOf(source, result) == expected.labels, said.c_str());
      QCOMPARE(result.counts, expected.result.counts);
      QCOMPARE(result.iterations, expected.result.iterations);
      QCOMPARE(result.reseeded, expected.result.reseeded);
      QCOMPARE(result.converged, expected.result.converged);
      QVERIFY2(close(result.inertia, expected.result.inertia, 1e-6), said.c_str());
      for (std::size_t i = 0; i < result.centres.size(); ++i) {
        QVERIFY2(close(result.centres[i], expected.result.centres[i], 1e-6), said.c_str());
      }
    }
  }

  // A distance of 1e-3 at 1000 from 0: |c|^2 - 2 x.c has no digit left of it in single precision.
  void keepsItsDigitsFarFromZero() {
    PointRows points = clouds(3000, 4, 5, 8);
    for (double& value : points.rows) value = value / 1000 + 1000;
    points = PointRows(4, points.rows);
    const KMeansOptions options = starting(points, 5);
    const KMeansReference expected = fitKMeansReference(points.rows, 4, options);
    const KMeansResult result = fitKMeans(points.source(), options, {});
    QCOMPARE(result.counts, expected.result.counts);
    QVERIFY(std::abs(result.inertia / expected.result.inertia - 1) < 1e-5);
  }

  // On whole numbers many points are equally near to two centres, and centres come to lie on
  // points.
  void boundsChangeNoByte() {
    Random random(71);
    for (int round = 0; round < 60; ++round) {
      const std::size_t features = 1 + random.below(20);
      const std::size_t clusters = 1 + random.below(round % 5 == 0 ? 256 : 70);
      PointRows points =
          clouds(clusters + random.below(6000), features, 1 + clusters / 2, random.bits());
      if (round % 3 == 0) {
        for (double& value : points.rows) value = std::round(value);
        points = PointRows(features, points.rows);
      }
      KMeansOptions options = starting(points, clusters, 25);
      if (round % 4 == 0) std::fill_n(options.start.begin(), features, -4000.0);  // gets no point
      const auto source = points.source(1 + random.below(3000));
      options.algorithm = Algorithm::lloyd;
      const KMeansResult expected = fitKMeans(source, options, {});
      options.algorithm = Algorithm::hamerly;
      const KMeansResult result = fitKMeans(source, options, {});
      const auto said =
          fmt::format("{} points, {} features, {} clusters", points.count(), features, clusters);
      QVERIFY2(result.centres == expected.centres, said.c_str());
      QCOMPARE(result.counts, expected.counts);
      QCOMPARE(result.iterations, expected.iterations);
      QCOMPARE(result.reseeded, expected.reseeded);
      QCOMPARE(result.inertia, expected.inertia);
    }
  }

  void miniBatchesAgreeWithReference() {
    Random random(19);
    for (int round = 0; round < 20; ++round) {
      const std::size_t features = 1 + random.below(14);
      const std::size_t clusters = 1 + random.below(30);
      const PointRows points =
          clouds(clusters + random.below(5000), features, clusters, random.bits());
      KMeansOptions options = starting(points, clusters, 12);
      options.algorithm = Algorithm::mini_batch;
      options.batch = 1 + random.below(700);
      options.seed = random.bits();
      const KMeansResult result = fitKMeans(points.source(1 + random.below(900)), options, {});
      if (result.reseeded > 0) continue;  // the reference knows no such rule
      const std::vector<double> expected = miniBatchReference(points, options, result.iterations);
      const auto said = fmt::format("{} points, {} features, {} clusters, {} a batch",
                                    points.count(), features, clusters, options.batch);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        QVERIFY2(close(result.centres[i], expected[i], 1e-5), said.c_str());
      }
      const Assignment all = assign(points.source(), result.centres, {});
      QCOMPARE(result.counts, all.counts);
      QVERIFY(close(result.inertia, all.inertia, 1e-9));
    }
  }

  void miniBatchesComeNearLloyd() {
    const PointRows points = clouds(60000, 6, 8, 23);
    KMeansOptions options;
    options.clusters = 8;
    options.restarts = 3;
    const KMeansResult lloyd = fitKMeans(points.source(), options, {});
    options.algorithm = Algorithm::mini_batch;
    options.batch = 2000;
    const KMeansResult batches = fitKMeans(points.source(), options, {});
    QVERIFY(batches.converged);
    QVERIFY(batches.inertia < 1.01 * lloyd.inertia);
  }

  // Neither the threads nor the blocks of the source: the same points are drawn.
  void miniBatchesDependOnTheSeedAlone() {
    const PointRows points = clouds(9000, 4, 9, 29);
    KMeansOptions options = starting(points, 9, 10);
    options.algorithm = Algorithm::mini_batch;
    options.batch = 500;
    const KMeansResult expected = fitKMeans(points.source(), options, {});
    for (const std::size_t block : {std::size_t{100}, std::size_t{777}, std::size_t{8999}}) {
      const ThreadLimit limit(block == 100 ? 1 : 3);
      QVERIFY(closeAll(fitKMeans(points.source(block), options, {}).centres, expected.centres));
    }
    options.seed = 5;
    QVERIFY(!closeAll(fitKMeans(points.source(), options, {}).centres, expected.centres));
  }

  void equallyNearGoToTheFirst() {
    const PointRows points(1, {0, 2, 1, 1, 1});
    KMeansOptions options = starting(points, 3, 1);
    options.start = {0, 2, 2};
    const Assignment assignment = assign(points.source(), options.start, {});
    QCOMPARE(assignment.counts, (std::vector<std::uint64_t>{4, 1, 0}));
    QCOMPARE(assignment.inertia, 3.0);
  }

  void emptyClustersAreSeededAnew() {
    const PointRows points(1, {0, 1, 2, 3, 50, 51, 90});
    KMeansOptions options = starting(points, 4, 50);
    options.start = {1, -500, -600, -700};
    const KMeansReference expected = fitKMeansReference(points.rows, 1, options);
    const KMeansResult result = fitKMeans(points.source(), options, {});
    QVERIFY(result.reseeded >= 3);
    QCOMPARE(result.reseeded, expected.result.reseeded);
    QCOMPARE(result.counts, expected.result.counts);
    for (const std::uint64_t count : result.counts) QVERIFY(count > 0);
    // As many clusters as there are points, all of the same start.
    KMeansOptions each = starting(points, 7, 50);
    each.start.assign(7, 0.0);
    QVERIFY(fitKMeans(points.source(), each, {}).inertia < 1e-9);
  }

  void sameBytesAtAnyThreadCount() {
    const PointRows points = clouds(20000, 7, 12, 3);
    const auto source = points.source(777);
    for (const Seeding seeding : {Seeding::plus_plus, Seeding::parallel}) {
      KMeansOptions options;
      options.clusters = 12;
      options.restarts = 2;
      options.seeding = seeding;
      std::vector<KMeansResult> results;
      for (const int threads : {1, 2, 4}) {
        const ThreadLimit limit(threads);
        results.push_back(fitKMeans(source, options, {}));
      }
      results.push_back(fitKMeans(Streamed(source), options, {}));
      for (const KMeansResult& result : results) {
        QCOMPARE(result.centres, results[0].centres);
        QCOMPARE(result.inertia, results[0].inertia);
        QCOMPARE(result.counts, results[0].counts);
      }
    }
  }

  // Clouds far from each other are found whatever the seed.
  void seedingsFindSeparateClouds() {
    Random random(5);
    std::vector<double> rows;
    for (int i = 0; i < 4000; ++i) {
      rows.push_back(100.0 * (i % 8) + random.normal());
      rows.push_back(random.normal());
    }
    const PointRows points(2, rows);
    for (const Seeding seeding : {Seeding::plus_plus, Seeding::parallel}) {
      for (std::uint64_t seed = 0; seed < 10; ++seed) {
        KMeansOptions options;
        options.restarts = 1;
        options.seed = seed;
        options.seeding = seeding;
        const KMeansResult result = fitKMeans(points.source(500), options, {});
        QVERIFY(result.converged);
        for (const std::uint64_t count : result.counts) QCOMPARE(count, std::uint64_t(500));
      }
    }
  }

  void moreRestartsAreNoWorse() {
    const PointRows points = clouds(3000, 3, 20, 17);
    KMeansOptions options;
    options.clusters = 20;
    options.restarts = 1;
    const double one = fitKMeans(points.source(), options, {}).inertia;
    options.restarts = 6;
    QVERIFY(fitKMeans(points.source(), options, {}).inertia <= one);
  }

  void hardCases() {
    const PointRows one(3, {4, 5, 6});
    const KMeansResult alone = fitKMeans(one.source(), starting(one, 1), {});
    QCOMPARE(alone.centres, (std::vector<double>{4, 5, 6}));
    QCOMPARE(alone.inertia, 0.0);
    KMeansOptions options;
    options.clusters = 3;
    const PointRows same(1, {7, 7, 7, 8, 8, 9});
    QCOMPARE(fitKMeans(same.source(2), options, {}).inertia, 0.0);
    options.seeding = Seeding::parallel;
    QCOMPARE(fitKMeans(same.source(2), options, {}).inertia, 0.0);
  }

  void errors() {
    const PointRows points(1, {1, 2, 3, 3, 2, 1, 1, -0.0, 0.0});
    const auto keyWith = [&](const PointRows& data, std::size_t clusters) {
      KMeansOptions options;
      options.clusters = clusters;
      return keyOf([&] { fitKMeans(data.source(), options, {}); });
    };
    QCOMPARE(keyWith(points, 0), std::string("kmeans.clusters"));
    QCOMPARE(keyWith(points, 5), std::string("kmeans.distinct"));
    QCOMPARE(keyWith(points, 4), std::string("(no error)"));
    QCOMPARE(keyWith(PointRows(2, {}), 2), std::string("kmeans.no_points"));
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(),
                             -std::numeric_limits<double>::infinity(), 1e20}) {
      for (const std::size_t at : {0, 250, 776}) {
        std::vector<double> rows(777, 2.0);
        rows[at] = bad;
        rows[5] = 3;
        QCOMPARE(keyWith(PointRows(1, rows), 2), std::string("points.value"));
      }
    }
    KMeansOptions options = starting(points, 2);
    options.start.pop_back();
    QCOMPARE(keyOf([&] { fitKMeans(points.source(), options, {}); }), std::string("kmeans.start"));
    KMeansOptions without = starting(points, 2);
    without.batch = 0;
    QCOMPARE(keyOf([&] { fitKMeans(points.source(), without, {}); }), std::string("kmeans.batch"));
  }

  void sayingHowManyPointsAreDistinct() {
    const PointRows points(1, {1, 2, 3, 3, 2, 1, 1});
    KMeansOptions options;
    options.clusters = 7;
    try {
      fitKMeans(points.source(), options, {});
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.found(), std::string("only 3 distinct points, cannot make 7 clusters"));
    }
  }

  void canBeCancelled() {
    const PointRows points = clouds(5000, 3, 20, 17);
    std::stop_source stop;
    Context context;
    context.stop = stop.get_token();
    context.progress = [&](double, std::string_view) { stop.request_stop(); };
    QCOMPARE(keyOf([&] { fitKMeans(points.source(), {}, context); }), std::string("(cancelled)"));
  }
};

QTEST_APPLESS_MAIN(KMeansTest)
#include "kmeans_test.moc"
