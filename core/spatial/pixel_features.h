// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/data/raster.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

// Over the pixels that have a value in every band; sums in double precision, in a fixed order.
struct BandStatistics {
  std::uint64_t pixels = 0;
  std::vector<double> low, high, mean;
  std::vector<double> covariance;  // [band][band], divided by pixels - 1

  double deviation(std::size_t band) const;
};
// `missing` gets a byte for each pixel, row by row: 0 for those that are counted, 255 for the
// others.
BandStatistics statisticsOf(const Raster& raster, const Context& context,
                            std::vector<std::uint8_t>* missing = nullptr);

// Features from the bands of a pixel: feature f = sum_b matrix[f][b] (x_b - centre[b]).
struct FeatureMap {
  std::vector<std::string> names;
  std::vector<double> centre;  // of each band
  std::vector<double> matrix;  // [feature][band]

  std::size_t features() const { return names.size(); }
};

enum class Scaling { none, minmax, standard };

// Each band by itself, scaled to [0, 1] or to mean 0 and variance 1. Bands that are constant are
// left out; their names go to `left_out`.
FeatureMap bandFeatures(const Raster& raster, const BandStatistics& statistics, Scaling scaling,
                        std::vector<std::string>& left_out);

// The pixels of a window, sampled on out_columns x out_rows cells, and the features of those that
// have a value in every band.
struct PixelBlock {
  std::vector<std::uint8_t> there;  // 1 for the cells that are points
  std::vector<float> features;      // [feature][point]
  std::size_t points = 0;
};
PixelBlock pixelBlock(const Raster& raster, const FeatureMap& map, const RasterWindow& window,
                      std::int64_t out_columns, std::int64_t out_rows);

// The pixels that have a value in every band, as points; those of a block of whole rows together.
// They are read from the raster each time (see KeptPoints).
class PixelFeatures : public PointSource {
 public:
  PixelFeatures(Raster raster, FeatureMap map);

  std::size_t features() const override { return map_.features(); }
  std::size_t blocks() const override;
  Points block(std::size_t index, std::vector<float>& room) const override;

  const FeatureMap& map() const { return map_; }
  RasterWindow windowOf(std::size_t block) const;

 private:
  Raster raster_;
  FeatureMap map_;
};

}  // namespace lineament::spatial
