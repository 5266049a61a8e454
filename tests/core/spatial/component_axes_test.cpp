// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/component_axes.h"

#include <QtTest>
#include <cmath>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"

using namespace lineament;
using namespace lineament::spatial;

namespace {

Raster rasterOf(std::int64_t columns, std::int64_t rows, std::vector<float> values) {
  RasterGrid grid;
  grid.columns = columns;
  grid.rows = rows;
  std::vector<RasterBand> bands(values.size() / static_cast<std::size_t>(columns * rows));
  for (std::size_t i = 0; i < bands.size(); ++i) bands[i].name = "B" + std::to_string(i + 1);
  return Raster::of(grid, std::move(bands), std::move(values));
}

// Two smooth pictures mixed into three bands, with noise of another size in each.
Raster noisy(std::int64_t side, double factor) {
  Random random(3);
  const auto pixels = static_cast<std::size_t>(side * side);
  std::vector<float> values(3 * pixels);
  for (std::int64_t r = 0; r < side; ++r) {
    for (std::int64_t c = 0; c < side; ++c) {
      const double a = std::sin(0.02 * static_cast<double>(r)),
                   b = std::cos(0.03 * static_cast<double>(c));
      const double mixed[] = {10 * a + 3 * b, 4 * a - 8 * b, 2 * a + 2 * b};
      const double noise[] = {1, 0.5, 2};
      for (std::size_t k = 0; k < 3; ++k) {
        values[k * pixels + static_cast<std::size_t>(r * side + c)] =
            static_cast<float>((k == 1 ? factor : 1) * (mixed[k] + noise[k] * random.normal()));
      }
    }
  }
  return rasterOf(side, side, std::move(values));
}

}  // namespace

class ComponentAxesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // (0,0) (2,1) (4,2) (6,4): by hand, with the covariance over N - 1.
  void principalComponentsOfFourPoints() {
    const Raster raster = rasterOf(4, 1, {0, 2, 4, 6, 0, 1, 2, 4});
    const BandStatistics statistics = statisticsOf(raster, {});
    const ComponentAxes axes = principalComponents(raster, statistics, Scaling::none, 0.9);
    QCOMPARE(axes.map.names, std::vector<std::string>{"PC1"});
    QVERIFY(std::abs(axes.values[0] - 9.51325568) < 1e-8);
    QVERIFY(std::abs(axes.values[1] - 0.07007766) < 1e-8);
    QVERIFY(std::abs(axes.shares[0] - 0.99268755) < 1e-8);
    QVERIFY(std::abs(axes.shares[1] - 0.00731245) < 1e-8);
    QVERIFY(std::abs(axes.map.matrix[0] - 0.83579665) < 1e-8);
    QVERIFY(std::abs(axes.map.matrix[1] - 0.54903913) < 1e-8);
    std::vector<float> room;
    const Points scores = PixelFeatures(raster, axes.map).block(0, room);
    const std::vector<double> expected{-3.46820842, -1.24757599, 0.97305643, 3.74272798};
    for (std::size_t i = 0; i < 4; ++i) {
      QVERIFY(std::abs(static_cast<double>(scores.values[i]) - expected[i]) < 1e-6);
    }
    QCOMPARE(principalComponents(raster, statistics, Scaling::none, 0.999).map.features(),
             std::size_t(2));
  }

  // Each fraction has noise of variance 1, is uncorrelated with the others, and its variance is
  // what the table says.
  void noiseFractionsAreWhiteInTheNoise() {
    const Raster raster = noisy(200, 1);
    const BandStatistics statistics = statisticsOf(raster, {});
    const ComponentAxes axes = minimumNoiseFractions(raster, statistics, 1, {});
    QVERIFY(axes.map.features() >= 2);
    QVERIFY(axes.values[0] > axes.values[1]);
    // Two pictures: the third fraction is noise alone.
    QVERIFY(axes.values[1] > 30);
    QVERIFY(std::abs(axes.values[2] - 1) < 0.1);
    const double noise[] = {1, 0.25, 4};
    for (std::size_t i = 0; i < axes.map.features(); ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double of_noise = 0, of_all = 0;
        for (std::size_t a = 0; a < 3; ++a) {
          of_noise += axes.map.matrix[i * 3 + a] * noise[a] * axes.map.matrix[j * 3 + a];
          for (std::size_t b = 0; b < 3; ++b) {
            of_all += axes.map.matrix[i * 3 + a] * statistics.covariance[a * 3 + b] *
                      axes.map.matrix[j * 3 + b];
          }
        }
        QVERIFY(std::abs(of_noise - (i == j ? 1 : 0)) < 0.06);  // estimated from 40,000 pixels
        QVERIFY(std::abs(of_all - (i == j ? axes.values[i] : 0)) < 1e-6 * axes.values[0]);
      }
    }
  }

  void noiseFractionsDoNotDependOnTheBandsUnits() {
    const Raster one = noisy(100, 1), other = noisy(100, 1000);
    const ComponentAxes a = minimumNoiseFractions(one, statisticsOf(one, {}), 0.9, {});
    const ComponentAxes b = minimumNoiseFractions(other, statisticsOf(other, {}), 0.9, {});
    QCOMPARE(a.map.names, b.map.names);
    for (std::size_t i = 0; i < a.values.size(); ++i) {
      QVERIFY(std::abs(a.values[i] - b.values[i]) < 1e-4 * a.values[i]);
    }
  }

  void bandsThatRepeatOthersHaveNoNoiseFractions() {
    Random random(4);
    std::vector<float> values(200);
    for (std::size_t i = 0; i < 100; ++i) {
      values[i] = static_cast<float>(random.normal());
      values[100 + i] = values[i];
    }
    const Raster raster = rasterOf(10, 10, std::move(values));
    QVERIFY_EXCEPTION_THROWN(minimumNoiseFractions(raster, statisticsOf(raster, {}), 0.9, {}),
                             Error);
  }
};

QTEST_APPLESS_MAIN(ComponentAxesTest)
#include "component_axes_test.moc"
