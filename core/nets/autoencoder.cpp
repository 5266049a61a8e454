// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/autoencoder.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <stdexcept>

#include "core/base/parallel.h"
#include "core/nets/autoencoder_kernel.h"

namespace lineament::nets {

namespace {

constexpr std::size_t kPointsOfTask = 512;  // of a batch

std::vector<DenseLayerView> viewsOf(const Autoencoder& network, std::size_t count) {
  std::vector<DenseLayerView> views;
  for (std::size_t l = 0; l < count; ++l) {
    views.push_back({network.inputsOf(l), network.outputsOf(l), network.activationOf(l),
                     network.parameters().data() + network.parametersAt(l)});
  }
  return views;
}

}  // namespace

Autoencoder::Autoencoder(std::size_t inputs, std::vector<AutoencoderLayer> layers, Random random)
    : inputs_(inputs), layers_(std::move(layers)) {
  if (inputs_ == 0 || layers_.empty() || layers_.back().outputs != inputs_) {
    throw std::invalid_argument("an autoencoder gives as many numbers as it takes");
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const std::size_t in = inputsOf(l), out = outputsOf(l);
    at_.push_back(parameters_.size());
    const double limit = std::sqrt(6.0 / static_cast<double>(in + out));
    for (std::size_t o = 0; o < out; ++o) {
      for (std::size_t i = 0; i < in; ++i) {
        parameters_.push_back(static_cast<float>(random.uniform(-limit, limit)));
      }
      parameters_.push_back(0);
    }
  }
}

void Autoencoder::run(const float* values, std::size_t stride, std::size_t count, std::size_t layer,
                      float* to, std::size_t to_stride) const {
  const std::vector<DenseLayerView> views = viewsOf(*this, layer + 1);
  AutoencoderTile tile(views);
  for (std::size_t begin = 0; begin < count; begin += kAutoencoderTile) {
    const std::size_t points = std::min(kAutoencoderTile, count - begin);
    tile.load(values + begin, stride, 1, points);
    forwardTile(views, points, tile);
    for (std::size_t u = 0; u < outputsOf(layer); ++u) {
      std::copy_n(tile.outputsOf(layer) + u * kAutoencoderTile, points, to + u * to_stride + begin);
    }
  }
}

std::vector<Layer> Autoencoder::layers(std::size_t first, std::size_t count) const {
  std::vector<Layer> layers;
  for (std::size_t l = first; l < first + count; ++l) {
    Layer dense{Layer::Type::linear, inputsOf(l), outputsOf(l), {}, {}};
    const float* row = parameters_.data() + at_[l];
    for (std::size_t o = 0; o < dense.outputs; ++o, row += dense.inputs + 1) {
      dense.weight.insert(dense.weight.end(), row, row + dense.inputs);
      dense.bias.push_back(static_cast<double>(row[dense.inputs]));
    }
    layers.push_back(std::move(dense));
    if (layers_[l].activation != Layer::Type::linear) {
      layers.push_back({layers_[l].activation, 0, 0, {}, {}});
    }
  }
  return layers;
}

// Tiles that no task works on: to make one anew takes as long as a small batch.
class AutoencoderTrainer::Tiles {
 public:
  using Tile = std::unique_ptr<AutoencoderTile>;

  Tile take(const std::vector<DenseLayerView>& views) {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return std::make_unique<AutoencoderTile>(views);
    Tile tile = std::move(spare_.back());
    spare_.pop_back();
    return tile;
  }
  void giveBack(Tile tile) {
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(tile));
  }

 private:
  std::mutex mutex_;
  std::vector<Tile> spare_;
};

AutoencoderTrainer::AutoencoderTrainer(Autoencoder& network, AutoencoderLoss loss,
                                       autodiff::AdamSettings adam)
    : network_(network),
      loss_(loss),
      adam_(adam),
      first_(network.parameters().size()),
      second_(network.parameters().size()),
      tiles_(std::make_unique<Tiles>()) {}

AutoencoderTrainer::~AutoencoderTrainer() = default;

double AutoencoderTrainer::gradient(const float* rows, std::size_t count, const Context& context,
                                    std::vector<float>& gradient) {
  struct Part {
    TileLoss loss;
    std::vector<float> gradient;
  };
  const std::vector<DenseLayerView> views = viewsOf(network_, network_.layerCount());
  const std::size_t inputs = network_.inputs();
  const auto scale = static_cast<float>(1.0 / static_cast<double>(count));
  const auto addTo = [&](Part& part, std::size_t begin, std::size_t end) {
    part.gradient.assign(network_.parameters().size(), 0);
    Tiles::Tile tile = tiles_->take(views);
    for (; begin < end; begin += kAutoencoderTile) {
      const std::size_t points = std::min(kAutoencoderTile, end - begin);
      tile->load(rows + begin * inputs, 1, inputs, points);
      forwardTile(views, points, *tile);
      part.loss.add(backwardTile(views, points, static_cast<float>(loss_.penalty), scale, *tile,
                                 part.gradient.data()));
    }
    tiles_->giveBack(std::move(tile));
  };
  Part all;
  if (count <= kPointsOfTask) {  // a scheduler would take longer than the work
    all.gradient = std::move(gradient);
    addTo(all, 0, count);
  } else {
    all = reduceBlocks<Part>(
        count, kPointsOfTask, context,
        [&](std::size_t begin, std::size_t end) {
          Part part;
          addTo(part, begin, end);
          return part;
        },
        [](Part& left, const Part& right) {
          left.loss.add(right.loss);
          std::transform(left.gradient.begin(), left.gradient.end(), right.gradient.begin(),
                         left.gradient.begin(), std::plus<>());
        });
  }
  gradient = std::move(all.gradient);
  return (all.loss.squares / static_cast<double>(inputs) + loss_.penalty * all.loss.activations) /
         static_cast<double>(count);
}

double AutoencoderTrainer::step(const float* rows, std::size_t count, const Context& context) {
  const double loss = gradient(rows, count, context, gradient_);
  autodiff::adamStep<float>(adam_, ++steps_, network_.parameters(), gradient_, first_, second_);
  return loss;
}

}  // namespace lineament::nets
