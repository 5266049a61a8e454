// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/analysis/analysis.h"
#include "core/data/model.h"

namespace lineament {

// What answers f(x) for a model of any type this program fits or loads. Throws Error
// "model.unknown_type", or what the type's own room says of a damaged model.
std::shared_ptr<const Predictor> predictorFor(const Model& model);

// The same model with its predictor, for models that were read from a file or a project.
Model bound(Model model);

// The model of the input "model", which may be a checkpoint of a network; its scalers come from
// the optional input "scalers" (columns name, role, mean, scale).
Model modelFrom(const Inputs& inputs, const Context& context);

// The two inputs that modelFrom reads, for declarations.
Input modelInput();
Input scalersInput();

}  // namespace lineament
