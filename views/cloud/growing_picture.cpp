// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/cloud/growing_picture.h"

#include <QElapsedTimer>
#include <algorithm>
#include <numbers>
#include <numeric>

namespace lineament::views {

namespace {

constexpr std::size_t kBetweenLooks = 4096;  // points, between looks at the clock

}  // namespace

std::size_t evenStride(std::size_t points) {
  auto stride = static_cast<std::size_t>(static_cast<double>(points) * (std::numbers::phi - 1));
  while (stride > 1 && std::gcd(stride, points) != 1) --stride;
  return std::max<std::size_t>(stride, 1);
}

void GrowingPicture::setCloud(const PointCloud& cloud) {
  cloud_ = cloud;
  colours_ = nullptr;
  stride_ = evenStride(cloud.points());
  restart();
}

void GrowingPicture::begin(const OrbitCamera& camera, const QSize& pixels, double point_size) {
  raster_.emplace(camera, pixels, point_size);
  next_ = drawn_ = 0;
}

void GrowingPicture::grow(double seconds) {
  QElapsedTimer clock;
  clock.start();
  do {
    addPoints(std::min(kBetweenLooks, cloud_.points() - drawn_));
  } while (!complete() && static_cast<double>(clock.nsecsElapsed()) * 1e-9 < seconds);
}

void GrowingPicture::addPoints(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    raster_->add(cloud_.positions.data() + 3 * next_, colours_(next_));
    next_ += stride_;
    if (next_ >= cloud_.points()) next_ -= cloud_.points();
  }
  drawn_ += count;
}

}  // namespace lineament::views
