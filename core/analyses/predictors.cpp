// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/predictors.h"

#include "core/linear/linear_model.h"

namespace lineament {

namespace {

constexpr ErrorText kUnknownType{"model.unknown_type", "Use the model",
                                 "its type '{type}' is not one of ols, ridge", "",
                                 "Open it with the version of the program that made it"};

}  // namespace

std::shared_ptr<const Predictor> predictorFor(const Model& model) {
  if (model.predictor) return model.predictor;
  if (model.type == "ols" || model.type == "ridge") return linear::linearPredictor(model);
  throw Error(kUnknownType, {{"type", model.type}});
}

Model bound(Model model) {
  model.predictor = predictorFor(model);
  return model;
}

Model modelFrom(const Inputs& inputs, const Context& context) {
  const Data& given = inputs.one("model");
  if (inputs.has("scalers")) {
    context.note("The model brings its own scalers; those given are not used");
  }
  return bound(given.require<Model>());
}

Input modelInput() {
  return {"model",       "Model",
          {Kind::model}, "A fitted model, or the checkpoint of a network for tables",
          true,          false};
}

Input scalersInput() {
  return {"scalers",
          "Scalers",
          {Kind::table},
          "For a checkpoint: the means and scales its columns were standardised with (columns "
          "name, role, mean, scale)",
          false,
          false};
}

}  // namespace lineament
