// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <utility>

#include "core/data/point_cloud.h"
#include "views/cloud/point_raster.h"

namespace lineament::views {

// A cloud drawn by the processor part by part: a first part while the camera moves, others added to
// the same picture when it rests. Each part is an even thinning of the whole cloud, so that the
// first one shows all of its shape.
class GrowingPicture {
 public:
  void setCloud(const PointCloud& cloud);
  void setColours(PointColour colours) { colours_ = std::move(colours); }

  void begin(const OrbitCamera& camera, const QSize& pixels, double point_size);
  void restart() { raster_.reset(); }  // what was drawn is no longer right
  bool begun() const { return raster_.has_value(); }

  // Draws as many points as there is time for, a few thousand at least.
  void grow(double seconds);
  bool complete() const { return drawn_ == cloud_.points(); }
  std::size_t pointsShown() const { return drawn_; }
  const QImage& picture() const { return raster_->picture(); }

 private:
  void addPoints(std::size_t count);

  PointCloud cloud_;
  PointColour colours_;
  std::optional<PointRaster> raster_;
  std::size_t stride_ = 1;  // from one point to the next one drawn, round and round
  std::size_t next_ = 0;
  std::size_t drawn_ = 0;
};

// A stride with which `points` steps round a circle of as many points visit each once, and any
// number of them evenly: the nearest to the golden section that has no factor in common.
std::size_t evenStride(std::size_t points);

}  // namespace lineament::views
