// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/shared_array.h"
#include "core/data/tensor.h"

namespace lineament {

// A coordinate reference system as far as one can be shown and measured in without a library of
// them. Empty `wkt`: none; coordinates are pixels then.
struct Crs {
  std::string wkt;   // WKT 2, as GDAL writes it
  std::string name;  // "WGS 84 / UTM zone 39N"
  std::string unit;  // of the coordinates: "m", "ft", "°"
  bool geographic = false;
  double metres = 1;  // of one unit; for degrees of a degree of latitude

  bool known() const { return !wkt.empty(); }
  bool operator==(const Crs&) const = default;
};

// Where the pixels lie.
struct RasterGrid {
  std::int64_t columns = 0, rows = 0;
  // The affine transform of GDAL: (column, row), (0, 0) being the first pixel's outer corner, is at
  //   x = t[0] + column t[1] + row t[2],  y = t[3] + column t[4] + row t[5].
  // South-up and rotated rasters have it too, so nothing may be read off t[1] and t[5] alone.
  std::array<double, 6> transform{0, 1, 0, 0, 0, 1};
  Crs crs;

  std::array<double, 2> toMap(double column, double row) const;
  // Nothing where the transform cannot be turned around.
  std::optional<std::array<double, 2>> toPixel(double x, double y) const;
  double pixelWidth() const;  // lengths of a pixel's sides, in the unit of the CRS
  double pixelHeight() const;
  double pixelArea() const;
  bool sameAs(const RasterGrid& other) const;  // to a thousandth of a pixel
  bool operator==(const RasterGrid&) const = default;
};

struct RasterBand {
  std::string name;                                              // "B4", "label"
  std::string title;                                             // "Red"; may be empty
  double wavelength = std::numeric_limits<double>::quiet_NaN();  // of the centre, nm
  DType type = DType::f32;                                       // as stored
  std::optional<double> nodata;                                  // as stored
  double scale = 1, offset = 0;                                  // value = scale * stored + offset
  std::string unit;
};

// A value of a categorical raster. Other values than those listed are no class.
struct RasterClass {
  std::int64_t value = 0;
  std::string name;
  std::array<std::uint8_t, 3> colour{};
  bool operator==(const RasterClass&) const = default;
};

// Pixels [column, column + columns) x [row, row + rows).
struct RasterWindow {
  std::int64_t column = 0, row = 0, columns = 0, rows = 0;
};

// Where the values come from: memory, or a file that is read as it is asked.
class RasterSource {
 public:
  virtual ~RasterSource() = default;
  // Fills `to` [band][out_rows][out_columns] with the bands' values in the window, NaN where there
  // is none. Fewer cells than pixels: each cell is a reduced one (a mean, or for classes a pixel).
  // Windows lie within the grid. Safe to call from several threads.
  virtual void read(const RasterWindow& window, std::span<const std::size_t> bands,
                    std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const = 0;
};

// Bands over a grid, read by windows: a scene may be larger than memory. Values are single
// precision, which keeps integers up to 2^24 exactly.
class Raster {
 public:
  Raster() = default;
  Raster(RasterGrid grid, std::vector<RasterBand> bands, std::shared_ptr<const RasterSource> source,
         std::vector<RasterClass> classes = {});

  // In memory, [band][row][column]. Error "raster.size" when the count does not fit the grid.
  static Raster of(RasterGrid grid, std::vector<RasterBand> bands, SharedArray<float> values,
                   std::vector<RasterClass> classes = {});
  // One band of labels, of which `nodata` stands for none.
  static Raster ofLabels(RasterGrid grid, RasterBand band, SharedArray<std::uint8_t> labels,
                         std::vector<RasterClass> classes, std::uint8_t nodata = 255);

  const RasterGrid& grid() const { return grid_; }
  std::int64_t columns() const { return grid_.columns; }
  std::int64_t rows() const { return grid_.rows; }
  const std::vector<RasterBand>& bands() const { return bands_; }
  // Whether the values are categories, each with a name and a colour.
  bool categorical() const { return !classes_.empty(); }
  const std::vector<RasterClass>& classes() const { return classes_; }
  const RasterClass* findClass(std::int64_t value) const;
  Raster withClasses(std::vector<RasterClass> classes) const;
  Raster placedAt(RasterGrid grid) const;  // of the same size

  // See RasterSource::read.
  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const;
  // A window of one band at full size.
  std::vector<float> values(const RasterWindow& window, std::size_t band = 0) const;
  RasterWindow whole() const { return {0, 0, grid_.columns, grid_.rows}; }

 private:
  RasterGrid grid_;
  std::vector<RasterBand> bands_;
  std::vector<RasterClass> classes_;
  std::shared_ptr<const RasterSource> source_;
};

// Colours for classes that have none: as far apart as they can be, in a fixed order, and told apart
// by people who do not see all colours as far as so many can be. Repeats after 24.
std::array<std::uint8_t, 3> classColour(std::size_t index);

}  // namespace lineament
