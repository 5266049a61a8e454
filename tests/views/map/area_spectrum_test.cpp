// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/area_spectrum.h"

#include <QPolygonF>
#include <QtTest>
#include <cmath>

#include "tests/views/map/small_rasters.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

// By columns and rows of an image: an outer ring, and perhaps a hole.
Features areaOf(const RasterGrid& grid, const std::vector<QPolygonF>& rings) {
  GeometryBuilder builder;
  builder.feature(GeometryType::polygon);
  builder.part();
  for (QPolygonF ring : rings) {
    builder.ring();
    ring << ring.first();
    for (const QPointF& at : ring) {
      const auto [x, y] = grid.toMap(at.x(), at.y());
      builder.vertex(x, y);
    }
  }
  return Features("area", grid.crs, builder.finish());
}

ClassSpectrum spectrumIn(const Raster& image, const std::vector<QPolygonF>& rings) {
  const RasterLayer layer{image, MapPlane(image.grid()), nullptr, nullptr};
  const VectorLayer area =
      placedLayer(1, "area", areaOf(image.grid(), rings), image.grid(), layer.plane);
  return areaSpectrum(area, 0, layer, {});
}

// The definition: pixels whose middle lies in the rings, by Qt's own rule.
ClassSpectrum byDefinition(const Raster& image, const std::vector<QPolygonF>& rings) {
  ClassSpectrum made;
  std::vector<std::vector<double>> found(image.bands().size());
  for (std::int64_t row = 0; row < image.rows(); ++row) {
    for (std::int64_t column = 0; column < image.columns(); ++column) {
      bool inside = false;
      for (const QPolygonF& ring : rings) {
        const QPointF middle(double(column) + 0.5, double(row) + 0.5);
        inside ^= ring.containsPoint(middle, Qt::OddEvenFill);
      }
      const float first = image.values({column, row, 1, 1}, 0).front();
      if (!inside || !std::isfinite(first)) continue;
      for (std::size_t band = 0; band < found.size(); ++band) {
        found[band].push_back(double(image.values({column, row, 1, 1}, band).front()));
      }
    }
  }
  made.pixels = std::int64_t(found[0].size());
  for (const auto& values : found) {
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    const double mean = sum / double(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    made.mean.push_back(mean);
    made.deviation.push_back(std::sqrt(squares / double(values.size() - 1)));
  }
  return made;
}

void requireSame(const ClassSpectrum& got, const ClassSpectrum& wanted) {
  QCOMPARE(got.pixels, wanted.pixels);
  for (std::size_t band = 0; band < wanted.mean.size(); ++band) {
    QVERIFY(std::abs(got.mean[band] - wanted.mean[band]) < 1e-9);
    QVERIFY(std::abs(got.deviation[band] - wanted.deviation[band]) < 1e-9);
  }
}

}  // namespace

class AreaSpectrumTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void itIsTheMeanOverTheArea() {
    const Raster image = landsat(120, 90);
    const QPolygonF star{{10.2, 12.7}, {80.3, 5.1}, {60.9, 40.2}, {110.6, 70.8}, {30.4, 60.1}};
    const ClassSpectrum got = spectrumIn(image, {star});
    QVERIFY(got.pixels > 1000 && !got.sampled);
    requireSame(got, byDefinition(image, {star}));
  }

  void holesAreLeftOut() {
    const Raster image = landsat(120, 90);
    const QPolygonF outer{{10, 10}, {60, 10}, {60, 50}, {10, 50}};
    const QPolygonF hole{{20, 20}, {40, 20}, {40, 30}, {20, 30}};
    const ClassSpectrum got = spectrumIn(image, {outer, hole});
    QCOMPARE(got.pixels, std::int64_t(50 * 40 - 20 * 10));
    requireSame(got, byDefinition(image, {outer, hole}));
  }

  // Beyond the image, over blocks of it, and over pixels without a value.
  void areasReachFurther() {
    const Raster image = landsat(700, 300);
    const QPolygonF wide{{-50.5, -20.5}, {900.5, 100.5}, {600.5, 400.5}, {-30.5, 200.5}};
    const ClassSpectrum got = spectrumIn(image, {wide});
    requireSame(got, byDefinition(image, {wide}));
    QVERIFY(got.pixels > 80'000);
  }

  void southUpImagesHaveTheSamePixels() {
    RasterGrid grid = utmGrid(90, 60);
    grid.transform = {499'000, 30, 0, 2'999'000, 0, 30};
    const Raster image = landsat(90, 60).placedAt(grid);
    const QPolygonF triangle{{5.3, 5.2}, {70.1, 20.4}, {30.7, 55.5}};
    requireSame(spectrumIn(image, {triangle}), byDefinition(image, {triangle}));
  }

  void anAreaBetweenThePixelsHasNone() {
    const ClassSpectrum got =
        spectrumIn(landsat(), {{{10.6, 10.6}, {11.4, 10.6}, {11.4, 11.4}, {10.6, 11.4}}});
    QCOMPARE(got.pixels, std::int64_t(0));
    QVERIFY(std::isnan(got.mean[0]));
  }
};

QTEST_GUILESS_MAIN(AreaSpectrumTest)
#include "area_spectrum_test.moc"
