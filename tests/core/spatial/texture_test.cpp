// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/texture.h"

#include <QTest>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/random.h"

namespace lineament::spatial {

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Raster rasterOf(std::int64_t columns, std::int64_t rows, std::vector<float> values) {
  RasterGrid grid;
  grid.columns = columns;
  grid.rows = rows;
  RasterBand band;
  band.name = "B4";
  return Raster::of(grid, {band}, std::move(values));
}

Raster noise(std::int64_t columns, std::int64_t rows) {
  Random random(7);
  std::vector<float> values;
  for (std::int64_t i = 0; i < columns * rows; ++i) {
    values.push_back(random.below(5) == 0 ? kNaN : static_cast<float>(1e4 + random.normal()));
  }
  return rasterOf(columns, rows, std::move(values));
}

std::vector<float> read(const Raster& raster, const RasterWindow& window, std::int64_t columns,
                        std::int64_t rows) {
  std::vector<std::size_t> bands(raster.bands().size());
  std::iota(bands.begin(), bands.end(), std::size_t{0});
  std::vector<float> values(bands.size() * static_cast<std::size_t>(columns * rows));
  raster.read(window, bands, columns, rows, values);
  return values;
}

// From the definitions, pixel by pixel, in double precision.
std::array<double, 3> textureAt(const Raster& raster, std::int64_t column, std::int64_t row,
                                std::int64_t side) {
  const std::vector<float> all = raster.values(raster.whole());
  std::vector<double> values;
  for (std::int64_t y = row - side / 2; y <= row + side / 2; ++y) {
    for (std::int64_t x = column - side / 2; x <= column + side / 2; ++x) {
      if (x < 0 || y < 0 || x >= raster.columns() || y >= raster.rows()) continue;
      const float value = all[static_cast<std::size_t>(y * raster.columns() + x)];
      if (!std::isnan(value)) values.push_back(value);
    }
  }
  const auto count = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / count;
  for (const double value : values) squares += (value - mean) * (value - mean) / count;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {mean, std::sqrt(squares), *high - *low};
}

const std::vector<WindowStatistic> kAll{WindowStatistic::mean, WindowStatistic::deviation,
                                        WindowStatistic::range};

}  // namespace

class TextureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // By hand: 1 2 / 3 6 has mean 3, deviation sqrt(3.5), range 5 in every window of 3 x 3.
  void ofFourPixels() {
    const Raster texture = withTexture(rasterOf(2, 2, {1, 2, 3, 6}), kAll, 3);
    QCOMPARE(texture.bands().size(), std::size_t{4});
    QCOMPARE(texture.bands()[2].name, std::string("B4 deviation 3x3"));
    QCOMPARE(texture.values(texture.whole(), 0), (std::vector<float>{1, 2, 3, 6}));
    QCOMPARE(texture.values(texture.whole(), 1), std::vector<float>(4, 3));
    QCOMPARE(texture.values(texture.whole(), 2), std::vector<float>(4, std::sqrt(3.5F)));
    QCOMPARE(texture.values(texture.whole(), 3), std::vector<float>(4, 5));
  }

  void agreesWithTheDefinition() {
    for (const auto& [columns, rows, side] :
         {std::array<std::int64_t, 3>{13, 9, 5}, {1, 1, 3}, {7, 1, 3}, {1, 6, 7}, {4, 5, 31}}) {
      const Raster raster = noise(columns, rows);
      const Raster texture = withTexture(raster, kAll, side);
      const std::vector<float> found = read(texture, texture.whole(), columns, rows);
      const auto cells = static_cast<std::size_t>(columns * rows);
      for (std::size_t i = 0; i < cells; ++i) {
        const auto [mean, deviation, range] =
            textureAt(raster, static_cast<std::int64_t>(i) % columns,
                      static_cast<std::int64_t>(i) / columns, side);
        if (std::isnan(found[i])) {
          for (std::size_t k = 1; k < 4; ++k) QVERIFY(std::isnan(found[k * cells + i]));
          continue;
        }
        QVERIFY(std::abs(double(found[cells + i]) - mean) < 1e-3);  // half a unit of a float
        QVERIFY(std::abs(double(found[2 * cells + i]) - deviation) < 1e-6);
        QVERIFY(std::abs(double(found[3 * cells + i]) - range) < 1e-6);
      }
    }
  }

  void windowsDoNotMatter() {
    const Raster texture = withTexture(noise(20, 17), kAll, 5);
    const std::vector<float> whole = texture.values(texture.whole(), 2);
    const RasterWindow part{3, 5, 11, 4};
    const std::vector<float> found = texture.values(part, 2);
    for (std::int64_t y = 0; y < part.rows; ++y) {
      for (std::int64_t x = 0; x < part.columns; ++x) {
        const float one = found[static_cast<std::size_t>(y * part.columns + x)];
        const float other = whole[static_cast<std::size_t>((part.row + y) * 20 + part.column + x)];
        QVERIFY(one == other || (std::isnan(one) && std::isnan(other)));
      }
    }
  }

  void smallerSizesShowThePixelInTheMiddle() {
    const Raster texture = withTexture(noise(20, 15), kAll, 3);
    const std::vector<float> whole = texture.values(texture.whole(), 3);
    const std::vector<float> small = read(texture, texture.whole(), 4, 5);  // cells of 5 x 3
    for (std::size_t y = 0; y < 5; ++y) {
      for (std::size_t x = 0; x < 4; ++x) {
        const float one = small[3 * 20 + y * 4 + x], other = whole[(3 * y + 1) * 20 + 5 * x + 2];
        QVERIFY(one == other || (std::isnan(one) && std::isnan(other)));
      }
    }
  }

  void noStatisticsIsTheRaster() {
    const Raster raster = noise(3, 3);
    QCOMPARE(withTexture(raster, {}, 5).bands().size(), std::size_t{1});
  }
};

}  // namespace lineament::spatial

QTEST_APPLESS_MAIN(lineament::spatial::TextureTest)
#include "texture_test.moc"
