// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/feature_raster.h"

#include <cmath>
#include <limits>

namespace lineament::spatial {

namespace {

// One block that lies in memory elsewhere.
class OneBlock : public PointSource {
 public:
  OneBlock(const PixelBlock& block, std::size_t features) : block_(block), features_(features) {}

  std::size_t features() const override { return features_; }
  std::size_t blocks() const override { return 1; }
  Points block(std::size_t, std::vector<float>&) const override {
    return {block_.features.data(), block_.points, block_.points};
  }

 private:
  const PixelBlock& block_;
  std::size_t features_;
};

class FeatureSource : public RasterSource {
 public:
  FeatureSource(Raster scene, FeatureMap map, std::function<SharedPoints(SharedPoints)> made)
      : scene_(std::move(scene)), map_(std::move(map)), made_(std::move(made)) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    const PixelBlock block = pixelBlock(scene_, map_, window, out_columns, out_rows);
    const std::size_t cells = block.there.size();
    std::fill(to.begin(), to.end(), std::numeric_limits<float>::quiet_NaN());
    if (block.points == 0) return;
    const SharedPoints made = made_(std::make_shared<OneBlock>(block, map_.features()));
    std::vector<float> room;
    const Points points = made->block(0, room);
    for (std::size_t b = 0; b < bands.size(); ++b) {
      const float* from = points.values + bands[b] * points.stride;
      float* band = to.data() + b * cells;
      for (std::size_t i = 0; i < cells; ++i) {
        if (block.there[i] == 1) band[i] = *from++;
      }
    }
  }

 private:
  Raster scene_;
  FeatureMap map_;
  std::function<SharedPoints(SharedPoints)> made_;
};

}  // namespace

Raster featureRaster(const Raster& scene, FeatureMap map,
                     std::function<SharedPoints(SharedPoints)> made,
                     const std::vector<std::string>& names) {
  std::vector<RasterBand> bands;
  for (const std::string& name : names) {
    RasterBand band;
    band.name = name;
    bands.push_back(std::move(band));
  }
  return Raster(scene.grid(), std::move(bands),
                std::make_shared<FeatureSource>(scene, std::move(map), std::move(made)));
}

Points PointDistances::block(std::size_t index, std::vector<float>& room) const {
  std::vector<float> a_room, b_room;
  const Points a = a_->block(index, a_room), b = b_->block(index, b_room);
  room.assign(a.count, 0);
  for (std::size_t f = 0; f < a_->features(); ++f) {
    const float* x = a.values + f * a.stride;
    const float* y = b.values + f * b.stride;
    for (std::size_t i = 0; i < a.count; ++i) room[i] += (x[i] - y[i]) * (x[i] - y[i]);
  }
  const auto features = static_cast<float>(a_->features());
  for (float& value : room) value = std::sqrt(value / features);
  return {room.data(), a.count, a.count};
}

}  // namespace lineament::spatial
