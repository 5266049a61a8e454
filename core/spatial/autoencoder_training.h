// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/nets/autoencoder.h"
#include "core/spatial/points.h"

namespace lineament::spatial {

struct AutoencoderSchedule {
  int epochs = 10;
  std::size_t batch = 64;
  double learning_rate = 1e-3;
  bool decay = false;  // of the learning rate, to a hundredth along half a cosine
  double penalty = 0;  // L1, of activations
  std::uint64_t seed = 0;
};

// Trains the network to give back the points of the source; returns the mean loss of each epoch,
// over its batches before their steps. Adam as Keras has it: beta 0.9 and 0.999, epsilon 1e-7
// before v is corrected.
//
// Each epoch goes through all points once, in another order: the blocks are shuffled, then the
// points of as many of them as hold a million together. So scenes of up to a million pixels are
// shuffled as a whole, and larger ones need no more memory. The same bytes at any number of
// threads.
//
// Error "autoencoder.diverged" where the loss is no number any more.
std::vector<double> trainAutoencoder(nets::Autoencoder& network, const PointSource& source,
                                     const AutoencoderSchedule& schedule, const Context& context);

}  // namespace lineament::spatial
