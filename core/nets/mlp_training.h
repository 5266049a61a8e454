// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/base/context.h"
#include "core/nets/layers.h"
#include "core/nets/mlp.h"
#include "core/nets/mlp_rows.h"

namespace lineament::nets {

struct TrainingResult {
  std::vector<double> training_losses;    // per epoch, the mean over its batches before each step
  std::vector<double> validation_losses;  // empty where no rows are held out
  int best_epoch = 0;                     // counted from 1
};

// Trains the weights of a chain of linear layers and activations in place, in single precision, and
// leaves them as they were after the best epoch: the one of the lowest validation loss, or training
// loss where nothing is held out. Losses are mean squared errors of the standardised target. Draws
// from context.seed; Error "mlp.diverged" when a loss is no longer finite.
TrainingResult trainLayers(std::vector<Layer>& layers, const FitRows& rows,
                           const InputEncoding& encoding, Moments target,
                           const MlpSettings& settings, const Context& context);

}  // namespace lineament::nets
