// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_spectrum.h"

#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "tests/views/map/small_rasters.h"

using namespace lineament;
using namespace lineament::views;
using namespace lineament::views::testing;

namespace {

RasterLayer layerOf(const Raster& raster, const RasterGrid& map) {
  RasterLayer layer;
  layer.raster = raster;
  layer.plane = planeWithin(raster.grid(), map).value();
  return layer;
}

// The definition: all pixels of the image whose middle lies in the class.
ClassSpectrum byDefinition(const Raster& classes, const std::vector<std::int64_t>& members,
                           const Raster& image) {
  std::vector<std::vector<double>> found(image.bands().size());
  for (std::int64_t row = 0; row < image.rows(); ++row) {
    for (std::int64_t column = 0; column < image.columns(); ++column) {
      const auto [x, y] = image.grid().toMap(double(column) + 0.5, double(row) + 0.5);
      const auto at = classes.grid().toPixel(x, y).value();
      if (at[0] < 0 || at[1] < 0 || at[0] >= double(classes.columns()) ||
          at[1] >= double(classes.rows())) {
        continue;
      }
      const float label = classes.values({std::int64_t(at[0]), std::int64_t(at[1]), 1, 1}).front();
      if (std::find(members.begin(), members.end(), std::llround(label)) == members.end()) continue;
      std::vector<double> values;
      for (std::size_t band = 0; band < found.size(); ++band) {
        values.push_back(double(image.values({column, row, 1, 1}, band).front()));
      }
      if (!std::isfinite(values[0])) continue;
      for (std::size_t band = 0; band < found.size(); ++band) found[band].push_back(values[band]);
    }
  }
  ClassSpectrum made;
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

class ClassSpectrumTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void itIsTheMeanOverTheClass() {
    const Raster classes = stripes(120, 90), image = landsat(120, 90);
    const RasterGrid& map = classes.grid();
    const auto got = classSpectrum(layerOf(classes, map), {3, 5}, layerOf(image, map), {});
    QVERIFY(!got.sampled);
    requireSame(got, byDefinition(classes, {3, 5}, image));
  }

  // Of another resolution, beginning elsewhere, south up.
  void gridsMayDiffer() {
    const Raster classes = stripes(140, 100);
    RasterGrid grid = utmGrid(90, 300, 20);
    grid.transform = {499'700, 20, 0, 2'997'000, 0, 20};
    const Raster image = landsat(90, 300).placedAt(grid);
    const auto got = classSpectrum(layerOf(classes, grid), {2}, layerOf(image, grid), {});
    QVERIFY(got.pixels > 100);
    requireSame(got, byDefinition(classes, {2}, image));
  }

  void largeScenesAreSampled() {
    class Endless : public RasterSource {
     public:
      void read(const RasterWindow& window, std::span<const std::size_t>, std::int64_t,
                std::int64_t, std::span<float> to) const override {
        for (std::size_t i = 0; i < to.size(); ++i) {
          to[i] = float((window.column + std::int64_t(i)) % 2);
        }
      }
    };
    const RasterGrid grid = utmGrid(20'000, 20'000, 10);
    const auto source = std::make_shared<Endless>();
    const Raster image(grid, std::vector<RasterBand>(2), source);
    const Raster classes(grid, std::vector<RasterBand>(1), source,
                         {{0, "even", {}}, {1, "odd", {}}});
    const auto got = classSpectrum(layerOf(classes, grid), {0, 1}, layerOf(image, grid), {});
    QVERIFY(got.sampled);
    QVERIFY(got.pixels >= kSpectrumPixels && got.pixels < 2 * kSpectrumPixels);
    QVERIFY(std::abs(got.mean[0] - 0.5) < 0.01 && std::abs(got.deviation[0] - 0.5) < 0.01);
    const auto none = classSpectrum(layerOf(classes, grid), {7}, layerOf(image, grid), {});
    QVERIFY(none.sampled && none.pixels == 0 && std::isnan(none.mean[0]));
  }

  void itCanBeStopped() {
    std::stop_source stop;
    stop.request_stop();
    Context context;
    context.stop = stop.get_token();
    const Raster classes = stripes(120, 90), image = landsat(120, 90);
    QVERIFY_EXCEPTION_THROWN(classSpectrum(layerOf(classes, classes.grid()), {1},
                                           layerOf(image, classes.grid()), context),
                             Cancelled);
  }
};

QTEST_APPLESS_MAIN(ClassSpectrumTest)
#include "class_spectrum_test.moc"
