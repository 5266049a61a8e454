// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/pixel_features.h"

#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "tests/core/data/raster_fixture.h"

using namespace lineament;
using namespace lineament::spatial;
using lineament::testing::gridOf;
using lineament::testing::twoBands;

namespace {

Raster rasterOf(std::int64_t columns, std::int64_t rows, std::vector<float> values) {
  std::vector<RasterBand> bands(values.size() / static_cast<std::size_t>(columns * rows));
  for (std::size_t i = 0; i < bands.size(); ++i) bands[i].name = "B" + std::to_string(i + 1);
  return Raster::of(gridOf(columns, rows), std::move(bands), std::move(values));
}

// Large numbers beside small differences, and a pixel in ten without a value in some band.
Raster drawn(std::int64_t columns, std::int64_t rows) {
  Random random(5);
  std::vector<float> values(static_cast<std::size_t>(3 * columns * rows));
  for (float& value : values) {
    value = 5000.0f + static_cast<float>(random.uniform());
    if (random.uniform() < 0.03) value = std::numeric_limits<float>::quiet_NaN();
  }
  return rasterOf(columns, rows, std::move(values));
}

std::vector<float> allFeatures(const PixelFeatures& features) {
  std::vector<float> all, room;
  for (std::size_t b = 0; b < features.blocks(); ++b) {
    const Points points = features.block(b, room);
    for (std::size_t i = 0; i < points.count; ++i) {
      for (std::size_t f = 0; f < features.features(); ++f) {
        all.push_back(points.values[f * points.stride + i]);
      }
    }
  }
  return all;
}

}  // namespace

class PixelFeaturesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void statisticsAgainstTwoPasses() {
    const Raster raster = drawn(301, 503);  // several blocks, the last one shorter
    const BandStatistics found = statisticsOf(raster, {});
    std::vector<std::vector<float>> bands;
    for (std::size_t b = 0; b < 3; ++b) bands.push_back(raster.values(raster.whole(), b));
    std::vector<std::size_t> pixels;
    for (std::size_t i = 0; i < bands[0].size(); ++i) {
      if (std::isfinite(bands[0][i] + bands[1][i] + bands[2][i])) pixels.push_back(i);
    }
    QCOMPARE(found.pixels, std::uint64_t(pixels.size()));
    std::vector<double> mean(3);
    for (std::size_t b = 0; b < 3; ++b) {
      for (const std::size_t i : pixels) mean[b] += bands[b][i] / double(pixels.size());
      QVERIFY(std::abs(found.mean[b] - mean[b]) < 1e-9);
    }
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = 0; b < 3; ++b) {
        double sum = 0;
        for (const std::size_t i : pixels) sum += (bands[a][i] - mean[a]) * (bands[b][i] - mean[b]);
        QVERIFY(std::abs(found.covariance[a * 3 + b] - sum / double(pixels.size() - 1)) < 1e-12);
      }
    }
  }

  void threadsGiveTheSameBytes() {
    const Raster raster = drawn(301, 503);
    const BandStatistics all = statisticsOf(raster, {});
    const ThreadLimit one(1);
    const BandStatistics alone = statisticsOf(raster, {});
    QCOMPARE(all.covariance, alone.covariance);
    QCOMPARE(all.mean, alone.mean);
  }

  void bandsToZeroAndOne() {
    std::vector<std::string> left_out;
    const Raster raster = twoBands();
    std::vector<std::uint8_t> missing;
    const FeatureMap map =
        bandFeatures(raster, statisticsOf(raster, {}, &missing), Scaling::minmax, left_out);
    const PixelFeatures features(raster, map);
    // The pixel without a near infrared value is no point, in either band.
    const std::vector<float> expected{0, 0, 0.2f, 0.2f, 0.4f, 0.4f, 0.8f, 0.8f, 1, 1};
    const std::vector<float> found = allFeatures(features);
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) QVERIFY(std::abs(found[i] - expected[i]) < 1e-6);
    QCOMPARE(missing, (std::vector<std::uint8_t>{0, 0, 0, 255, 0, 0}));
  }

  void constantBandsAreLeftOut() {
    std::vector<std::string> left_out;
    const Raster raster = rasterOf(2, 1, {7, 7, 1, 3});
    const FeatureMap map =
        bandFeatures(raster, statisticsOf(raster, {}), Scaling::standard, left_out);
    QCOMPARE(left_out, std::vector<std::string>{"B1"});
    QCOMPARE(map.names, std::vector<std::string>{"B2"});
    const Raster flat = rasterOf(2, 1, {7, 7});
    QVERIFY_EXCEPTION_THROWN(bandFeatures(flat, statisticsOf(flat, {}), Scaling::minmax, left_out),
                             Error);
  }

  void noPixelAtAll() {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    QVERIFY_EXCEPTION_THROWN(statisticsOf(rasterOf(2, 1, {1, nan, nan, 1}), {}), Error);
  }
};

QTEST_APPLESS_MAIN(PixelFeaturesTest)
#include "pixel_features_test.moc"
