// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/data/raster.h"
#include "core/spatial/pixel_features.h"
#include "core/spatial/point_layers.h"

namespace lineament::spatial {

// A raster whose bands are made of the scene's when they are read, window by window: `map` of the
// bands, then what `made` makes of those. Pixels without a value in some band have none.
Raster featureRaster(const Raster& scene, FeatureMap map,
                     std::function<SharedPoints(SharedPoints)> made,
                     const std::vector<std::string>& names);

// The root of the mean squared difference of each point's features between the two sources.
class PointDistances : public PointSource {
 public:
  PointDistances(SharedPoints a, SharedPoints b) : a_(std::move(a)), b_(std::move(b)) {}

  std::size_t features() const override { return 1; }
  std::size_t blocks() const override { return a_->blocks(); }
  Points block(std::size_t index, std::vector<float>& room) const override;

 private:
  SharedPoints a_, b_;
};

}  // namespace lineament::spatial
