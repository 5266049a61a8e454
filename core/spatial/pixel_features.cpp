// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/pixel_features.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/parallel.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kNoPixels{"pixels.none", "Take the pixels of a raster",
                              "none has a value in every band", "",
                              "Leave out the band without values, or check which value stands for "
                              "no data"};
constexpr ErrorText kConstant{"pixels.constant", "Make features of a raster's bands",
                              "all bands are constant", "", "Choose another scene"};

constexpr std::int64_t kPixelsOfBlock = 1 << 16;

std::int64_t rowsOfBlock(const Raster& raster) {
  return std::max<std::int64_t>(1, kPixelsOfBlock / std::max<std::int64_t>(1, raster.columns()));
}
std::size_t blocksOf(const Raster& raster) {
  const std::int64_t each = rowsOfBlock(raster);
  return static_cast<std::size_t>((raster.rows() + each - 1) / each);
}
RasterWindow windowOfBlock(const Raster& raster, std::size_t block) {
  const std::int64_t each = rowsOfBlock(raster), row = static_cast<std::int64_t>(block) * each;
  return {0, row, raster.columns(), std::min(each, raster.rows() - row)};
}

// The bands of a block, and which of its pixels have a value in all of them.
struct Pixels {
  std::size_t count = 0;      // of the window
  std::vector<float> values;  // [band][pixel]
  std::vector<std::uint8_t> there;

  Pixels(const Raster& raster, const RasterWindow& window)
      : Pixels(raster, window, window.columns, window.rows) {}
  Pixels(const Raster& raster, const RasterWindow& window, std::int64_t out_columns,
         std::int64_t out_rows)
      : count(static_cast<std::size_t>(out_columns * out_rows)),
        values(count * raster.bands().size()),
        there(count, 1) {
    std::vector<std::size_t> bands(raster.bands().size());
    std::iota(bands.begin(), bands.end(), 0);
    raster.read(window, bands, out_columns, out_rows, values);
    for (std::size_t b = 0; b < bands.size(); ++b) {
      const float* band = values.data() + b * count;
      for (std::size_t i = 0; i < count; ++i) {
        there[i] = static_cast<std::uint8_t>(there[i] & (std::isfinite(band[i]) ? 1 : 0));
      }
    }
  }
};

// Sums of a block around its own mean, which two blocks' sums are joined from without cancelling
// (Chan, Golub and LeVeque, 1979).
struct Sums {
  double count = 0;
  std::vector<double> low, high, mean, products;

  explicit Sums(std::size_t bands = 0)
      : low(bands, std::numeric_limits<double>::infinity()),
        high(bands, -std::numeric_limits<double>::infinity()),
        mean(bands),
        products(bands * bands) {}
};

Sums sumsOf(const Pixels& pixels, std::size_t bands) {
  Sums sums(bands);
  std::vector<double> compact;
  for (std::size_t i = 0; i < pixels.count; ++i) sums.count += pixels.there[i];
  const auto count = static_cast<std::size_t>(sums.count);
  if (count == 0) return sums;
  compact.resize(count * bands);
  for (std::size_t b = 0; b < bands; ++b) {
    const float* from = pixels.values.data() + b * pixels.count;
    double* to = compact.data() + b * count;
    double sum = 0;
    for (std::size_t i = 0, at = 0; i < pixels.count; ++i) {
      if (!pixels.there[i]) continue;
      const double value = from[i];
      sums.low[b] = std::min(sums.low[b], value);
      sums.high[b] = std::max(sums.high[b], value);
      sum += value;
      to[at++] = value;
    }
    sums.mean[b] = sum / sums.count;
    for (std::size_t i = 0; i < count; ++i) to[i] -= sums.mean[b];
  }
  for (std::size_t a = 0; a < bands; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const double* x = compact.data() + a * count;
      const double* y = compact.data() + b * count;
      sums.products[a * bands + b] = std::inner_product(x, x + count, y, 0.0);
      sums.products[b * bands + a] = sums.products[a * bands + b];
    }
  }
  return sums;
}

void join(Sums& left, const Sums& right) {
  if (right.count == 0) return;
  if (left.count == 0) {
    left = right;
    return;
  }
  const std::size_t bands = left.mean.size();
  const double total = left.count + right.count;
  const double weight = left.count * right.count / total;
  for (std::size_t a = 0; a < bands; ++a) {
    for (std::size_t b = 0; b < bands; ++b) {
      left.products[a * bands + b] +=
          right.products[a * bands + b] +
          weight * (right.mean[a] - left.mean[a]) * (right.mean[b] - left.mean[b]);
    }
  }
  for (std::size_t b = 0; b < bands; ++b) {
    left.mean[b] += (right.mean[b] - left.mean[b]) * right.count / total;
    left.low[b] = std::min(left.low[b], right.low[b]);
    left.high[b] = std::max(left.high[b], right.high[b]);
  }
  left.count = total;
}

// The features of the pixels that are there, [feature][pixel].
std::vector<float> featuresOf(const Pixels& pixels, const FeatureMap& map) {
  const std::size_t bands = map.centre.size();
  const auto count = static_cast<std::size_t>(
      std::count(pixels.there.begin(), pixels.there.end(), std::uint8_t{1}));
  std::vector<float> features(map.features() * count), band(count);
  for (std::size_t b = 0; b < bands; ++b) {
    const float* from = pixels.values.data() + b * pixels.count;
    for (std::size_t i = 0, at = 0; i < pixels.count; ++i) {
      // The centre goes in double precision: values may be large beside their differences.
      if (pixels.there[i]) band[at++] = static_cast<float>(from[i] - map.centre[b]);
    }
    for (std::size_t f = 0; f < map.features(); ++f) {
      const auto weight = static_cast<float>(map.matrix[f * bands + b]);
      if (weight == 0) continue;
      float* to = features.data() + f * count;
      for (std::size_t i = 0; i < count; ++i) to[i] += weight * band[i];
    }
  }
  return features;
}

}  // namespace

double BandStatistics::deviation(std::size_t band) const {
  return std::sqrt(covariance[band * mean.size() + band]);
}

BandStatistics statisticsOf(const Raster& raster, const Context& context,
                            std::vector<std::uint8_t>* missing) {
  const std::size_t bands = raster.bands().size();
  if (missing != nullptr) {
    missing->resize(static_cast<std::size_t>(raster.columns() * raster.rows()));
  }
  const Sums sums = reduceBlocks<Sums>(
      blocksOf(raster), 1, context,
      [&](std::size_t block, std::size_t) {
        const RasterWindow window = windowOfBlock(raster, block);
        const Pixels pixels(raster, window);
        if (missing != nullptr) {
          std::transform(pixels.there.begin(), pixels.there.end(),
                         missing->begin() + window.row * raster.columns(),
                         [](std::uint8_t there) { return there == 1 ? 0 : 255; });
        }
        return sumsOf(pixels, bands);
      },
      join);
  if (sums.count == 0) throw Error(kNoPixels);
  BandStatistics statistics{static_cast<std::uint64_t>(sums.count), sums.low, sums.high, sums.mean,
                            sums.products};
  for (double& entry : statistics.covariance) entry /= std::max(1.0, sums.count - 1);
  return statistics;
}

FeatureMap bandFeatures(const Raster& raster, const BandStatistics& statistics, Scaling scaling,
                        std::vector<std::string>& left_out) {
  const std::size_t bands = raster.bands().size();
  FeatureMap map;
  map.centre.resize(bands);
  for (std::size_t b = 0; b < bands; ++b) {
    const double width = statistics.high[b] - statistics.low[b];
    if (!(width > 0)) {
      left_out.push_back(raster.bands()[b].name);
      continue;
    }
    const double deviation = statistics.deviation(b);
    map.centre[b] = scaling == Scaling::minmax     ? statistics.low[b]
                    : scaling == Scaling::standard ? statistics.mean[b]
                                                   : 0;
    map.names.push_back(raster.bands()[b].name);
    map.matrix.resize(map.names.size() * bands);
    map.matrix[(map.names.size() - 1) * bands + b] = scaling == Scaling::minmax     ? 1 / width
                                                     : scaling == Scaling::standard ? 1 / deviation
                                                                                    : 1;
  }
  if (map.names.empty()) throw Error(kConstant);
  return map;
}

PixelBlock pixelBlock(const Raster& raster, const FeatureMap& map, const RasterWindow& window,
                      std::int64_t out_columns, std::int64_t out_rows) {
  Pixels pixels(raster, window, out_columns, out_rows);
  PixelBlock block;
  block.features = featuresOf(pixels, map);
  block.points = block.features.size() / map.features();
  block.there = std::move(pixels.there);
  return block;
}

PixelFeatures::PixelFeatures(Raster raster, FeatureMap map)
    : raster_(std::move(raster)), map_(std::move(map)) {}

std::size_t PixelFeatures::blocks() const {
  return blocksOf(raster_);
}

RasterWindow PixelFeatures::windowOf(std::size_t block) const {
  return windowOfBlock(raster_, block);
}

Points PixelFeatures::block(std::size_t index, std::vector<float>& room) const {
  room = featuresOf(Pixels(raster_, windowOf(index)), map_);
  const std::size_t count = room.size() / features();
  return {room.data(), count, count};
}

}  // namespace lineament::spatial
