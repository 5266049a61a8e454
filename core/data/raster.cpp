// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/raster.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace lineament {

namespace {

constexpr ErrorText kSize{"raster.size",
                          "Make a raster of {columns} x {rows} pixels, {bands} bands",
                          "there are {count} values", "", "Give one value for each pixel and band"};

std::size_t cellsOf(const RasterGrid& grid) {
  return static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows);
}

void requireSize(const RasterGrid& grid, std::size_t bands, std::size_t count) {
  if (grid.columns >= 0 && grid.rows >= 0 && count == cellsOf(grid) * bands) return;
  throw Error(kSize,
              {{"columns", grid.columns}, {"rows", grid.rows}, {"bands", bands}, {"count", count}});
}

// The first and the last pixel behind a cell of a reduced reading.
struct Range {
  std::int64_t first, end;
};
Range pixelsOf(std::int64_t cell, std::int64_t cells, std::int64_t first, std::int64_t pixels) {
  const std::int64_t begin = cell * pixels / cells;
  return {first + begin, first + std::max(begin + 1, (cell + 1) * pixels / cells)};
}

// All values in memory, numbers or labels.
template <class T>
class MemorySource : public RasterSource {
 public:
  MemorySource(const RasterGrid& grid, SharedArray<T> values, bool reduces,
               std::optional<T> nodata = {})
      : columns_(grid.columns),
        cells_(cellsOf(grid)),
        values_(std::move(values)),
        reduces_(reduces),
        nodata_(nodata) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    float* out = to.data();
    for (const std::size_t band : bands) {
      const T* from = values_.data() + band * cells_;
      for (std::int64_t i = 0; i < out_rows; ++i) {
        const Range rows = pixelsOf(i, out_rows, window.row, window.rows);
        for (std::int64_t j = 0; j < out_columns; ++j) {
          *out++ = cell(from, rows, pixelsOf(j, out_columns, window.column, window.columns));
        }
      }
    }
  }

 private:
  float at(const T* from, std::int64_t row, std::int64_t column) const {
    const T value = from[row * columns_ + column];
    if (nodata_ && value == *nodata_) return std::numeric_limits<float>::quiet_NaN();
    return static_cast<float>(value);
  }

  float cell(const T* from, const Range& rows, const Range& columns) const {
    const std::int64_t middle = rows.first + (rows.end - rows.first) / 2;
    if (!reduces_) return at(from, middle, columns.first + (columns.end - columns.first) / 2);
    double sum = 0;
    std::int64_t count = 0;
    for (std::int64_t row = rows.first; row < rows.end; ++row) {
      for (std::int64_t column = columns.first; column < columns.end; ++column) {
        const float value = at(from, row, column);
        if (std::isnan(value)) continue;
        sum += value;
        ++count;
      }
    }
    return count == 0 ? std::numeric_limits<float>::quiet_NaN()
                      : static_cast<float>(sum / static_cast<double>(count));
  }

  std::int64_t columns_;
  std::size_t cells_;
  SharedArray<T> values_;
  bool reduces_;
  std::optional<T> nodata_;
};

}  // namespace

std::array<double, 2> RasterGrid::toMap(double column, double row) const {
  return {transform[0] + column * transform[1] + row * transform[2],
          transform[3] + column * transform[4] + row * transform[5]};
}

std::optional<std::array<double, 2>> RasterGrid::toPixel(double x, double y) const {
  const double determinant = transform[1] * transform[5] - transform[2] * transform[4];
  if (determinant == 0 || !std::isfinite(determinant)) return std::nullopt;
  const double dx = x - transform[0], dy = y - transform[3];
  return std::array<double, 2>{(dx * transform[5] - dy * transform[2]) / determinant,
                               (dy * transform[1] - dx * transform[4]) / determinant};
}

double RasterGrid::pixelWidth() const {
  return std::hypot(transform[1], transform[4]);
}

double RasterGrid::pixelHeight() const {
  return std::hypot(transform[2], transform[5]);
}

double RasterGrid::pixelArea() const {
  return std::abs(transform[1] * transform[5] - transform[2] * transform[4]);
}

bool RasterGrid::sameAs(const RasterGrid& other) const {
  if (columns != other.columns || rows != other.rows || crs.wkt != other.crs.wkt) return false;
  const double near = 1e-3 * std::min(pixelWidth(), pixelHeight());
  const auto close = [&](double column, double row) {
    const auto here = toMap(column, row), there = other.toMap(column, row);
    return std::hypot(here[0] - there[0], here[1] - there[1]) <= near;
  };
  const auto right = static_cast<double>(columns), bottom = static_cast<double>(rows);
  return close(0, 0) && close(right, 0) && close(0, bottom);
}

Raster::Raster(RasterGrid grid, std::vector<RasterBand> bands,
               std::shared_ptr<const RasterSource> source, std::vector<RasterClass> classes)
    : grid_(std::move(grid)),
      bands_(std::move(bands)),
      classes_(std::move(classes)),
      source_(std::move(source)) {}

Raster Raster::of(RasterGrid grid, std::vector<RasterBand> bands, SharedArray<float> values,
                  std::vector<RasterClass> classes) {
  requireSize(grid, bands.size(), values.size());
  auto source = std::make_shared<MemorySource<float>>(grid, std::move(values), classes.empty());
  return Raster(std::move(grid), std::move(bands), std::move(source), std::move(classes));
}

Raster Raster::ofLabels(RasterGrid grid, RasterBand band, SharedArray<std::uint8_t> labels,
                        std::vector<RasterClass> classes, std::uint8_t nodata) {
  requireSize(grid, 1, labels.size());
  band.type = DType::u8;
  band.nodata = nodata;
  auto source =
      std::make_shared<MemorySource<std::uint8_t>>(grid, std::move(labels), false, nodata);
  return Raster(std::move(grid), {std::move(band)}, std::move(source), std::move(classes));
}

const RasterClass* Raster::findClass(std::int64_t value) const {
  const auto found = std::find_if(classes_.begin(), classes_.end(),
                                  [value](const RasterClass& one) { return one.value == value; });
  return found == classes_.end() ? nullptr : &*found;
}

Raster Raster::withClasses(std::vector<RasterClass> classes) const {
  return Raster(grid_, bands_, source_, std::move(classes));
}

Raster Raster::placedAt(RasterGrid grid) const {
  return Raster(std::move(grid), bands_, source_, classes_);
}

void Raster::read(const RasterWindow& window, std::span<const std::size_t> bands,
                  std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const {
  if (to.empty()) return;
  source_->read(window, bands, out_columns, out_rows, to);
}

std::vector<float> Raster::values(const RasterWindow& window, std::size_t band) const {
  std::vector<float> all(static_cast<std::size_t>(window.columns * window.rows));
  read(window, std::span(&band, 1), window.columns, window.rows, all);
  return all;
}

std::array<std::uint8_t, 3> classColour(std::size_t index) {
  // Okabe and Ito's seven first, then lighter, darker and earthen neighbours.
  constexpr std::array<std::uint8_t, 3> kColours[] = {
      {230, 159, 0},   {86, 180, 233},  {0, 158, 115},   {240, 228, 66},  {0, 114, 178},
      {213, 94, 0},    {204, 121, 167}, {120, 94, 60},   {166, 206, 120}, {148, 103, 189},
      {255, 187, 120}, {44, 84, 110},   {199, 199, 199}, {158, 40, 60},   {152, 223, 214},
      {99, 121, 57},   {247, 182, 210}, {82, 60, 140},   {214, 198, 148}, {64, 64, 64},
      {100, 149, 237}, {186, 85, 30},   {60, 179, 60},   {128, 128, 0}};
  return kColours[index % std::size(kColours)];
}

}  // namespace lineament
