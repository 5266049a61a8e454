// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "core/spatial/points.h"

namespace lineament::spatial {

// Points that lie in memory feature by feature: feature f of point i is values[f * count + i]. The
// array is not copied and has to live as long as this does.
class PlanarPoints : public PointSource {
 public:
  static constexpr std::size_t kBlock = std::size_t{1} << 15;

  PlanarPoints(const float* values, std::size_t features, std::size_t count,
               std::size_t block = kBlock)
      : values_(values), features_(features), count_(count), block_(block) {}

  std::size_t features() const override { return features_; }
  std::size_t blocks() const override { return (count_ + block_ - 1) / block_; }
  Points block(std::size_t index, std::vector<float>&) const override {
    const std::size_t begin = index * block_;
    return {values_ + begin, count_, std::min(block_, count_ - begin)};
  }

 private:
  const float* values_;
  std::size_t features_, count_, block_;
};

}  // namespace lineament::spatial
