// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/autodiff/adam.h"
#include "core/base/context.h"
#include "core/base/random.h"
#include "core/nets/layers.h"

namespace lineament::nets {

class AutoencoderTile;

// A dense layer of an autoencoder: `outputs` numbers out of those of the layer before, then the
// activation, which is Layer::Type linear (none), selu or sigmoid.
struct AutoencoderLayer {
  std::size_t outputs = 0;
  Layer::Type activation = Layer::Type::selu;
};

// A chain of dense layers whose output is its input again, through a narrow layer (Hinton and
// Salakhutdinov, 2006, "Reducing the dimensionality of data with neural networks").
class Autoencoder {
 public:
  // Weights uniform within sqrt(6 / (inputs + outputs)) of 0 (Glorot and Bengio, 2010), biases 0.
  // The last layer has to give as many numbers as there are inputs.
  Autoencoder(std::size_t inputs, std::vector<AutoencoderLayer> layers, Random random);

  std::size_t inputs() const { return inputs_; }
  std::size_t layerCount() const { return layers_.size(); }
  std::size_t inputsOf(std::size_t layer) const {
    return layer == 0 ? inputs_ : layers_[layer - 1].outputs;
  }
  std::size_t outputsOf(std::size_t layer) const { return layers_[layer].outputs; }
  Layer::Type activationOf(std::size_t layer) const { return layers_[layer].activation; }

  // All weights and biases: for each layer [output][input and, last, the bias].
  std::span<float> parameters() { return parameters_; }
  std::span<const float> parameters() const { return parameters_; }
  std::size_t parametersAt(std::size_t layer) const { return at_[layer]; }

  // The activations of a layer: number f of point i is values[f * stride + i], the layer's number u
  // goes to to[u * to_stride + i].
  void run(const float* values, std::size_t stride, std::size_t count, std::size_t layer, float* to,
           std::size_t to_stride) const;

  // Layers first to first + count - 1 as models hold them.
  std::vector<Layer> layers(std::size_t first, std::size_t count) const;

 private:
  std::size_t inputs_;
  std::vector<AutoencoderLayer> layers_;
  std::vector<std::size_t> at_;
  std::vector<float> parameters_;
};

// How a network is trained. For a batch of n points x of B numbers, with y the network's output and
// a the activations of all its layers, output included,
//   loss = 1/n sum_x (1/B |y - x|^2 + penalty sum |a|).
struct AutoencoderLoss {
  double penalty = 0;  // L1, of activations
};

// Lowers the loss batch by batch with Adam. Every layer is worked out for a tile of points in
// registers, forward and backward; nothing of a batch but the tile at hand is stored.
class AutoencoderTrainer {
 public:
  AutoencoderTrainer(Autoencoder& network, AutoencoderLoss loss, autodiff::AdamSettings adam);
  ~AutoencoderTrainer();

  // One step on `count` points, `rows` [point][input]; the loss before it. The same bytes at any
  // number of threads.
  double step(const float* rows, std::size_t count, const Context& context);

  // The loss of the batch and its gradient, which step() follows: [parameter].
  double gradient(const float* rows, std::size_t count, const Context& context,
                  std::vector<float>& gradient);

  void setLearningRate(double rate) { adam_.learning_rate = rate; }

 private:
  Autoencoder& network_;
  AutoencoderLoss loss_;
  autodiff::AdamSettings adam_;
  std::size_t steps_ = 0;
  std::vector<float> gradient_, first_, second_;
  class Tiles;
  std::unique_ptr<Tiles> tiles_;
};

// The same loss and gradient in double precision, point by point as the definition reads.
double autoencoderReference(const Autoencoder& network, const AutoencoderLoss& loss,
                            std::span<const float> rows, std::vector<double>& gradient);

}  // namespace lineament::nets
