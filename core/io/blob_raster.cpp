// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/blob_raster.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/memory.h"
#include "core/io/blob_crs.h"

namespace lineament::io {

namespace {

bool isLabels(const Raster& raster) {
  const std::vector<RasterBand>& bands = raster.bands();
  return bands.size() == 1 && bands[0].type == DType::u8 && bands[0].nodata &&
         bands[0].scale == 1 && bands[0].offset == 0;
}

void append(BlobWriter& writer, const RasterGrid& grid) {
  writer.number(grid.columns);
  writer.number(grid.rows);
  for (const double coefficient : grid.transform) writer.number(coefficient);
  appendToBlob(writer, grid.crs);
}

RasterGrid gridFrom(BlobReader& reader) {
  RasterGrid grid;
  grid.columns = reader.number<std::int64_t>();
  grid.rows = reader.number<std::int64_t>();
  for (double& coefficient : grid.transform) coefficient = reader.number<double>();
  grid.crs = crsFromBlob(reader);
  return grid;
}

void append(BlobWriter& writer, const RasterBand& band) {
  writer.text(band.name);
  writer.text(band.title);
  writer.number(band.wavelength);
  writer.number(static_cast<std::uint8_t>(band.type));
  writer.flag(band.nodata.has_value());
  writer.number(band.nodata.value_or(0));
  writer.text(band.unit);
}

RasterBand bandFrom(BlobReader& reader) {
  RasterBand band;
  band.name = reader.text();
  band.title = reader.text();
  band.wavelength = reader.number<double>();
  const auto type = reader.number<std::uint8_t>();
  if (type > static_cast<std::uint8_t>(DType::f64)) reader.malformed("an unknown type of band");
  band.type = static_cast<DType>(type);
  const bool has_nodata = reader.flag();
  const auto nodata = reader.number<double>();
  if (has_nodata) band.nodata = nodata;
  band.unit = reader.text();
  return band;
}

std::vector<float> allValues(const Raster& raster) {
  std::vector<std::size_t> bands(raster.bands().size());
  std::iota(bands.begin(), bands.end(), 0);
  std::vector<float> values(static_cast<std::size_t>(raster.columns() * raster.rows()) *
                            bands.size());
  raster.read(raster.whole(), bands, raster.columns(), raster.rows(), values);
  return values;
}

std::vector<std::uint8_t> labelsOf(const Raster& raster) {
  const auto nodata = static_cast<std::uint8_t>(*raster.bands()[0].nodata);
  const std::vector<float> values = raster.values(raster.whole());
  std::vector<std::uint8_t> labels(values.size());
  std::transform(values.begin(), values.end(), labels.begin(), [nodata](float value) {
    return std::isnan(value) ? nodata : static_cast<std::uint8_t>(value);
  });
  return labels;
}

}  // namespace

void appendToBlob(BlobWriter& writer, const Raster& raster) {
  append(writer, raster.grid());
  writer.count(raster.bands().size());
  for (const RasterBand& band : raster.bands()) append(writer, band);
  writer.count(raster.classes().size());
  for (const RasterClass& one : raster.classes()) {
    writer.number(one.value);
    writer.text(one.name);
    for (const std::uint8_t channel : one.colour) writer.number(channel);
  }
  // The values, and the same again as bytes of the blob.
  const std::size_t each = isLabels(raster) ? sizeof(float) + 2 : 2 * sizeof(float);
  const MemoryReservation room = reserveMemory(
      static_cast<std::size_t>(raster.columns() * raster.rows()) * raster.bands().size() * each,
      "a raster's pixels in the project");
  writer.flag(isLabels(raster));
  if (isLabels(raster)) {
    writer.array(std::span<const std::uint8_t>(labelsOf(raster)));
  } else {
    writer.array(std::span<const float>(allValues(raster)));
  }
}

Raster rasterFromBlob(BlobReader& reader) {
  RasterGrid grid = gridFrom(reader);
  std::vector<RasterBand> bands;
  for (std::size_t left = reader.count(42); left > 0; --left) bands.push_back(bandFrom(reader));
  std::vector<RasterClass> classes;
  for (std::size_t left = reader.count(19); left > 0; --left) {
    RasterClass one;
    one.value = reader.number<std::int64_t>();
    one.name = reader.text();
    for (std::uint8_t& channel : one.colour) channel = reader.number<std::uint8_t>();
    classes.push_back(std::move(one));
  }
  std::int64_t pixels = 0, cells = 0;
  if (grid.columns < 0 || grid.rows < 0 ||
      __builtin_mul_overflow(grid.columns, grid.rows, &pixels) ||
      __builtin_mul_overflow(pixels, static_cast<std::int64_t>(bands.size()), &cells)) {
    reader.malformed("a raster's size is impossible");
  }
  const bool labels = reader.flag();
  const auto require = [&](std::size_t count) {
    if (count != static_cast<std::size_t>(cells)) {
      reader.malformed("a raster's values do not fit its grid");
    }
  };
  if (labels) {
    std::vector<std::uint8_t> values = reader.array<std::uint8_t>();
    require(values.size());
    if (bands.size() != 1 || !bands[0].nodata || !(*bands[0].nodata >= 0) ||
        !(*bands[0].nodata <= 255)) {
      reader.malformed("labels of more than one band, or without a value for none");
    }
    const auto nodata = static_cast<std::uint8_t>(*bands[0].nodata);
    return Raster::ofLabels(std::move(grid), std::move(bands[0]), std::move(values),
                            std::move(classes), nodata);
  }
  std::vector<float> values = reader.array<float>();
  require(values.size());
  return Raster::of(std::move(grid), std::move(bands), std::move(values), std::move(classes));
}

}  // namespace lineament::io
