// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/large_scene.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/data/raster.h"
#include "core/io/geotiff_writer.h"

namespace lineament::app {

namespace {

constexpr int kClasses = 12;

RasterGrid grid() {
  RasterGrid made{kLargeSide, kLargeSide, {600'000, 10, 0, 5'000'000, 0, -10}, {}};
  made.crs.wkt =
      "PROJCS[\"WGS 84 / UTM zone 33N\",GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\","
      "6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]],"
      "PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",0],"
      "PARAMETER[\"central_meridian\",15],PARAMETER[\"scale_factor\",0.9996],"
      "PARAMETER[\"false_easting\",500000],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1]]";
  made.crs.name = "WGS 84 / UTM zone 33N";
  made.crs.unit = "m";
  return made;
}

// Folds across the scene, as a number of beds.
double beds(std::int64_t column, std::int64_t row) {
  const double x = static_cast<double>(column) / 900, y = static_cast<double>(row) / 1100;
  return 6 + 2.5 * std::sin(x + 0.7 * std::sin(y)) + 2.5 * std::cos(1.3 * y - 0.4 * x);
}

// What is written is computed, block by block.
class Computed : public RasterSource {
 public:
  explicit Computed(bool classes) : classes_(classes) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    std::size_t at = 0;
    for (const std::size_t band : bands) {
      for (std::int64_t row = 0; row < out_rows; ++row) {
        for (std::int64_t column = 0; column < out_columns; ++column) {
          const double bed = beds(window.column + column * window.columns / out_columns,
                                  window.row + row * window.rows / out_rows);
          const double value =
              classes_ ? std::floor(bed)
                       : std::round(400 + 80 * bed + 120 * std::sin(bed * 3 + 2.0 * double(band)));
          to[at++] = static_cast<float>(value);
        }
      }
    }
  }

 private:
  bool classes_;
};

}  // namespace

void writeLargeScene(const std::filesystem::path& path) {
  std::vector<RasterBand> bands(3);
  for (std::size_t i = 0; i < bands.size(); ++i) bands[i].name = "B" + std::to_string(i + 1);
  io::writeGeoTiff(Raster(grid(), std::move(bands), std::make_shared<Computed>(false)), path, {});
}

void writeLargeClasses(const std::filesystem::path& path) {
  std::vector<RasterClass> classes;
  for (int i = 0; i < kClasses; ++i) {
    classes.push_back(
        {i, "Bed " + std::to_string(i + 1), classColour(static_cast<std::size_t>(i))});
  }
  RasterBand band;
  band.name = "bed";
  band.type = DType::u8;
  band.nodata = 255;
  io::writeGeoTiff(Raster(grid(), {band}, std::make_shared<Computed>(true), std::move(classes)),
                   path, {});
}

}  // namespace lineament::app
