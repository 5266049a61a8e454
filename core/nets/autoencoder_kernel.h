// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <hwy/aligned_allocator.h>
#include <cstddef>
#include <span>
#include <vector>

#include "core/nets/layers.h"

namespace lineament::nets {

// The vectorised insides of the autoencoder; autoencoder.h states what is worked out.

struct DenseLayerView {
  std::size_t inputs, outputs;
  Layer::Type activation;
  const float* parameters;  // [output][input and, last, the bias]
};

inline constexpr std::size_t kAutoencoderTile = 128;  // points that are worked on at a time

// The numbers of a tile: row r of point i at row(r)[i]. For every layer there are the rows of its
// outputs and one of ones, which the bias is the weight of.
class AutoencoderTile {
 public:
  explicit AutoencoderTile(std::span<const DenseLayerView> layers);

  float* inputs() { return values_.get(); }
  float* outputsOf(std::size_t layer) { return values_.get() + at_[layer + 1]; }
  const float* inputsOf(std::size_t layer) const { return values_.get() + at_[layer]; }
  float* slopes(std::size_t which) { return slopes_.get() + (which % 2) * slope_room_; }

  // Copies `count` points in, number f of point i from values[f * feature_stride + i *
  // point_stride], and fills the vectors behind them with zeros.
  void load(const float* values, std::size_t feature_stride, std::size_t point_stride,
            std::size_t count);

 private:
  std::size_t features_;
  std::vector<std::size_t> at_;
  std::size_t slope_room_ = 0;
  hwy::AlignedFreeUniquePtr<float[]> values_, slopes_;
};

// Outputs of the layers, one after the other, for the first `count` points of the tile.
void forwardTile(std::span<const DenseLayerView> layers, std::size_t count, AutoencoderTile& tile);

// What the loss is made of for the points of a tile, sums over points.
struct TileLoss {
  double squares = 0;      // of outputs less inputs
  double activations = 0;  // absolute values

  void add(const TileLoss& other) {
    squares += other.squares;
    activations += other.activations;
  }
};

// Behind forwardTile: adds scale * sum over points of the gradient of
// 1/B |y - x|^2 + penalty sum |a| to `gradient`, which has the layers' parameters in a row.
TileLoss backwardTile(std::span<const DenseLayerView> layers, std::size_t count, float penalty,
                      float scale, AutoencoderTile& tile, float* gradient);

}  // namespace lineament::nets
