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
BandStatistics statisticsOf(const Raster& raster, const Context& context);

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

// The leading principal components of the scaled bands: the fewest that hold `share` of the
// variance. The largest weight of each axis is positive, so that signs do not depend on the solver.
// `ratios` gets the share of every component.
FeatureMap principalComponents(const Raster& raster, const BandStatistics& statistics,
                               Scaling scaling, double share, std::vector<std::string>& left_out,
                               std::vector<double>& ratios);

// The pixels that have a value in every band, as points; those of a block of whole rows together.
// Kept in memory where they fit, read again at each pass where they do not: the same numbers.
class PixelFeatures : public PointSource {
 public:
  PixelFeatures(const Raster& raster, FeatureMap map, const Context& context);

  std::size_t features() const override { return map_.features(); }
  std::size_t blocks() const override;
  Points block(std::size_t index, std::vector<float>& room) const override;

  bool inMemory() const { return !kept_.empty(); }
  const FeatureMap& map() const { return map_; }
  RasterWindow windowOf(std::size_t block) const;
  // Which pixels of the raster are points: 0 those that are, 255 the others.
  const std::vector<std::uint8_t>& mask() const { return mask_; }

 private:
  Raster raster_;
  FeatureMap map_;
  std::vector<std::vector<float>> kept_;  // of each block, [feature][point]
  std::vector<std::uint8_t> mask_;
};

}  // namespace lineament::spatial
