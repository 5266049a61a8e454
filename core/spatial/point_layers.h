// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "core/nets/autoencoder.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

using SharedPoints = std::shared_ptr<const PointSource>;

// The activations of a layer of a network, for each point of a source.
class LayerPoints : public PointSource {
 public:
  LayerPoints(SharedPoints inputs, std::shared_ptr<const nets::Autoencoder> network,
              std::size_t layer);

  std::size_t features() const override { return network_->outputsOf(layer_); }
  std::size_t blocks() const override { return inputs_->blocks(); }
  Points block(std::size_t index, std::vector<float>& room) const override;

 private:
  SharedPoints inputs_;
  std::shared_ptr<const nets::Autoencoder> network_;
  std::size_t layer_;
};

// The features of several sources of the same points, one after the other.
class JoinedPoints : public PointSource {
 public:
  explicit JoinedPoints(std::vector<SharedPoints> sources);

  std::size_t features() const override { return features_; }
  std::size_t blocks() const override { return sources_.front()->blocks(); }
  Points block(std::size_t index, std::vector<float>& room) const override;

 private:
  std::vector<SharedPoints> sources_;
  std::size_t features_ = 0;
};

}  // namespace lineament::spatial
