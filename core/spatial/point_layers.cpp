// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/point_layers.h"

#include <algorithm>

namespace lineament::spatial {

LayerPoints::LayerPoints(SharedPoints inputs, std::shared_ptr<const nets::Autoencoder> network,
                         std::size_t layer)
    : inputs_(std::move(inputs)), network_(std::move(network)), layer_(layer) {}

Points LayerPoints::block(std::size_t index, std::vector<float>& room) const {
  std::vector<float> inputs_room;
  const Points inputs = inputs_->block(index, inputs_room);
  room.resize(features() * inputs.count);
  network_->run(inputs.values, inputs.stride, inputs.count, layer_, room.data(), inputs.count);
  return {room.data(), inputs.count, inputs.count};
}

JoinedPoints::JoinedPoints(std::vector<SharedPoints> sources) : sources_(std::move(sources)) {
  for (const SharedPoints& source : sources_) features_ += source->features();
}

Points JoinedPoints::block(std::size_t index, std::vector<float>& room) const {
  std::vector<float> part_room;
  std::size_t count = 0, done = 0;
  for (const SharedPoints& source : sources_) {
    const Points part = source->block(index, part_room);
    count = part.count;
    room.resize(features_ * count);
    for (std::size_t f = 0; f < source->features(); ++f, ++done) {
      std::copy_n(part.values + f * part.stride, count, room.data() + done * count);
    }
  }
  return {room.data(), count, count};
}

}  // namespace lineament::spatial
