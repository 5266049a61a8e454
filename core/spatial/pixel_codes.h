// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/nets/autoencoder.h"
#include "core/spatial/autoencoder_training.h"
#include "core/spatial/point_layers.h"

namespace lineament::spatial {

// A trained autoencoder among those that a code is made by.
struct CodeStage {
  std::string name;  // "stage 1"
  std::shared_ptr<const nets::Autoencoder> network;
  std::size_t code_layer = 0;  // whose activations are handed on
  std::vector<double> losses;  // of the epochs
};

// Features learnt from points without labels: how they are made of the points' own features.
class PointCode {
 public:
  virtual ~PointCode() = default;
  virtual SharedPoints codes(SharedPoints points) const = 0;
  // The points as the network gives them back.
  virtual SharedPoints reconstructions(SharedPoints points) const = 0;

  const std::vector<CodeStage>& stages() const { return stages_; }

 protected:
  std::vector<CodeStage> stages_;
};

// One network: encoder widths `hidden`, then `code` numbers, then the same back.
struct AutoencoderOptions {
  std::vector<std::size_t> hidden = {6, 4};
  std::size_t code = 2;
  AutoencoderSchedule schedule{.epochs = 10, .batch = 64, .penalty = 1e-4};
};

// SELU after each layer but the last, which is a logistic sigmoid: the points' features have to be
// scaled to [0, 1].
std::unique_ptr<PointCode> learnAutoencoder(const SharedPoints& points,
                                            const AutoencoderOptions& options,
                                            const Context& context);

// Three autoencoders trained one after the other (Nagar, Farahbakhsh, Awange and Chandra, 2024,
// "Remote sensing framework for geological mapping via stacked autoencoders and clustering", as
// its published notebooks have it). With B features of a point x:
//   1. of x, 6-4-2-4-6-B, 10 epochs in batches of 64; its output X goes on;
//   2. of [X, x], 10-5-2-5-10-2B, 5 epochs of 32; its layer of 5 goes on, h;
//   3. of [h, X, x], 15-10-5-2-5-10-15-(5+2B), 5 epochs of 16; its layer of 2 is the code.
// Activations as those of learnAutoencoder, an L1 penalty of 1e-4 on all of them.
struct StackedOptions {
  double epochs_factor = 1;  // of the numbers above
  double learning_rate = 1e-3;
  double penalty = 1e-4;
  std::uint64_t seed = 0;
};
std::unique_ptr<PointCode> learnStacked(const SharedPoints& points, const StackedOptions& options,
                                        const Context& context);

// A deep autoencoder whose layers are trained one after the other, each as an autoencoder of one
// layer of the codes of the one before (Bengio, Lamblin, Popovici and Larochelle, 2007), and then
// all together (Hinton and Salakhutdinov, 2006). SELU in the hidden layers, none at the code and at
// the output: with none in between it would span the principal components.
struct TunedOptions {
  std::vector<std::size_t> hidden = {16, 8};
  std::size_t code = 3;
  int first_epochs = 2;  // of each layer
  AutoencoderSchedule schedule{.epochs = 10, .batch = 256, .decay = true};
};
std::unique_ptr<PointCode> learnTuned(const SharedPoints& points, const TunedOptions& options,
                                      const Context& context);

}  // namespace lineament::spatial
