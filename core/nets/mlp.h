// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/data/checkpoint.h"
#include "core/data/model.h"
#include "core/data/series.h"
#include "core/data/table.h"

namespace lineament::nets {

// A multilayer perceptron for regression: standardised features (indicator variables for the
// levels of text columns), hidden layers, one linear output un-scaled by the target's own mean and
// deviation. Trained by Adam (Kingma and Ba, 2015) on the mean squared error of the scaled target,
// stopped early on rows held out.
struct MlpSettings {
  std::vector<int> hidden = {64, 64};
  std::string activation = "relu";  // relu, tanh, sigmoid, gelu
  double learning_rate = 1e-3;
  double weight_decay = 0;  // decoupled (AdamW; Loshchilov and Hutter, 2019)
  int epochs = 1000;
  int batch = 64;
  int patience = 60;               // epochs without a better validation loss before stopping
  double validation_share = 0.15;  // of the rows given
};

struct MlpFit {
  Model model;            // type "mlp", bound; the losses are its tensors "training.losses" and
                          // "validation.losses"
  Series learning_curve;  // training and validation loss over epochs, the best epoch marked
  int best_epoch = 0;
};

// `rows` is row-major, targets.size() x features.size(), without NaN; a categorical feature holds
// the index of its level. Draws from context.seed only.
MlpFit fitMlp(const std::vector<Feature>& features, const std::string& target,
              const std::string& target_unit, std::span<const double> rows,
              std::span<const double> targets, const MlpSettings& settings, const Context& context);

// f(x) of a model of type "mlp", in double precision, batched through matrix products. Throws Error
// "model.malformed" when tensors and configuration do not fit each other.
std::shared_ptr<const Predictor> mlpPredictor(const Model& model);

// A network read from a checkpoint whose structure is a chain of Linear, ReLU, Sigmoid, Tanh,
// GELU, Dropout and BatchNorm1d (TorchScript's Sequential), or from a state_dict whose names give
// such a chain. `scalers` has the columns name, role ("input" or "output"), mean and scale, one row
// per feature; without it the network takes and gives unscaled numbers and features are named x1...
Model mlpFromCheckpoint(const Checkpoint& checkpoint, const std::optional<Table>& scalers,
                        const Context& context);

}  // namespace lineament::nets
