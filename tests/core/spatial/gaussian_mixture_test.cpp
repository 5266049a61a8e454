// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/gaussian_mixture.h"

#include <QtTest>
#include <cmath>
#include <vector>

#include "core/base/error.h"
#include "tests/core/spatial/point_rows.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

test::PointRows sixty() {
  std::vector<double> rows;
  for (int i = 0; i < 60; ++i) {
    rows.push_back(std::sin(i) + 0.02 * i);
    rows.push_back(std::cos(1.3 * i) + 0.5 * std::sin(i));
    rows.push_back(0.3 * std::sin(2.1 * i) * std::cos(i));
  }
  return {3, std::move(rows)};
}

KMeansResult startAt(std::size_t features, std::vector<double> centres) {
  KMeansResult start;
  start.features = features;
  start.clusters = centres.size() / features;
  start.centres = std::move(centres);
  return start;
}

bool near(double found, double expected) {
  return std::abs(found - expected) < 1e-8 * std::max(1.0, std::abs(expected));
}

}  // namespace

class GaussianMixtureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // scikit-learn 1.9.1's GaussianMixture from the same start, 12 iterations, reg_covar as here.
  void agreesWithAnotherProgram() {
    const test::PointRows rows = sixty();
    const KMeansResult start = startAt(3, {-0.5, -0.5, 0, 0.5, 0.5, 0, 1.5, 0.2, 0});
    for (const std::size_t block : {std::size_t{60}, std::size_t{7}}) {
      const PlanarPoints points = rows.source(block);
      const GaussianMixture found =
          fitMixture(points, start, {.iterations = 12, .tolerance = 0, .regularisation = 1e-3}, {});
      QCOMPARE(found.iterations, 12);
      const double weights[] = {0.289499835181, 0.326932257742, 0.383567907078};
      const double means[] = {-0.273164730214, -0.405867851359, -0.004547504274,
                              0.86140327429,   0.857209139456,  -0.002832489749,
                              1.094416233626,  -0.327122192019, 0.01864571194};
      const double second[] = {0.397915008024,  0.180914581969,  -0.019362204103,
                               0.180914581969,  0.140875470413,  -0.001148195335,
                               -0.019362204103, -0.001148195335, 0.027326417427};
      for (int k = 0; k < 3; ++k) QVERIFY(near(found.weights[std::size_t(k)], weights[k]));
      for (int i = 0; i < 9; ++i) {
        QVERIFY(near(found.means[std::size_t(i)], means[i]));
        QVERIFY(near(found.covariances[std::size_t(9 + i)], second[i]));
      }
      QVERIFY(near(found.log_likelihood, -1.5709327047566055));
      QVERIFY(near(found.bic, 307.2479168752336));
      const auto counts = assignMixture(points, found, {}, {});
      QCOMPARE(counts, (std::vector<std::uint64_t>{19, 19, 22}));
    }
  }

  // A narrow cloud in front of a wide one: k-means draws its border half way.
  void cloudsOfOtherSizes() {
    Random random(4);
    std::vector<double> rows;
    for (int i = 0; i < 4000; ++i) {
      const double spread = i % 2 == 0 ? 0.3 : 3;
      rows.push_back((i % 2 == 0 ? 0 : 4) + spread * random.normal());
      rows.push_back(spread * random.normal());
    }
    const test::PointRows all(2, std::move(rows));
    const PlanarPoints points = all.source();
    KMeansOptions options;
    options.clusters = 2;
    const KMeansResult start = fitKMeans(points, options, {});
    const GaussianMixture found = fitMixture(points, start, {}, {});
    QVERIFY(found.converged);
    int by_mixture = 0, by_means = 0;
    const auto counted = [](int& right) {
      return [&right](std::size_t, std::span<const std::uint16_t> labels) {
        for (std::size_t i = 0; i < labels.size(); ++i) right += labels[i] == i % 2 ? 1 : 0;
      };
    };
    assignMixture(points, found, {}, counted(by_mixture));
    assign(points, start.centres, {}, counted(by_means));
    by_mixture = std::max(by_mixture, 4000 - by_mixture);
    by_means = std::max(by_means, 4000 - by_means);
    QVERIFY2(by_mixture > 3900, qPrintable(QString::number(by_mixture)));
    QVERIFY2(by_means < 3800, qPrintable(QString::number(by_means)));
  }

  void likelihoodNeverFalls() {
    const test::PointRows rows = test::clouds(3000, 4, 5, 7);
    const PlanarPoints points = rows.source(500);
    const KMeansResult start = startAt(4, rows.firstRows(5));
    double before = -1e300;
    for (int iterations = 1; iterations < 15; ++iterations) {
      const double now =
          fitMixture(points, start, {.iterations = iterations, .tolerance = 0}, {}).log_likelihood;
      QVERIFY(now >= before - 1e-9);
      before = now;
    }
  }

  void sameBytesAtAnyThreadCount() {
    const test::PointRows rows = test::clouds(3000, 4, 5, 7);
    const PlanarPoints points = rows.source(100);
    const KMeansResult start = startAt(4, rows.firstRows(5));
    Context one, two;
    one.threads = 1;
    two.threads = 2;
    QCOMPARE(fitMixture(points, start, {}, one).means, fitMixture(points, start, {}, two).means);
  }

  void repeatedFeaturesNeedTheRidge() {
    const test::PointRows rows = test::clouds(200, 1, 2, 3);
    std::vector<double> twice;
    for (const double value : rows.rows) twice.insert(twice.end(), {value, value});
    const test::PointRows doubled(2, std::move(twice));
    const KMeansResult start = startAt(2, doubled.firstRows(2));
    QVERIFY_EXCEPTION_THROWN(fitMixture(doubled.source(), start, {.regularisation = 0}, {}), Error);
    QVERIFY(std::isfinite(fitMixture(doubled.source(), start, {}, {}).log_likelihood));
  }
};

QTEST_APPLESS_MAIN(GaussianMixtureTest)
#include "gaussian_mixture_test.moc"
