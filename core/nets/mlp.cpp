// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/mlp.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/nets/layers.h"
#include "core/nets/mlp_rows.h"
#include "core/nets/mlp_training.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kSetting{"mlp.setting", "Train a network with {name} = {value}",
                             "expected {expected}", "", "Choose another value"};

void require(bool valid, std::string_view name, const auto& value, std::string_view expected) {
  if (valid) return;
  throw Error::usage(kSetting, {{"name", name}, {"value", value}, {"expected", expected}});
}

Layer::Type activationType(const std::string& wanted) {
  for (const Layer::Type type :
       {Layer::Type::relu, Layer::Type::tanh, Layer::Type::sigmoid, Layer::Type::gelu}) {
    if (name(type) == wanted) return type;
  }
  require(false, "activation", wanted, "relu, tanh, sigmoid or gelu");
  return Layer::Type::relu;
}

void checkSettings(const MlpSettings& settings) {
  for (const int width : settings.hidden) {
    require(width > 0 && width <= 65536, "hidden", width, "layers of 1 to 65,536 units");
  }
  activationType(settings.activation);
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  require(positive(settings.learning_rate), "learning_rate", settings.learning_rate,
          "a number above 0");
  require(settings.weight_decay >= 0 && std::isfinite(settings.weight_decay), "weight_decay",
          settings.weight_decay, "0 or a number above it");
  require(settings.epochs > 0, "epochs", settings.epochs, "1 or more");
  require(settings.batch > 0, "batch", settings.batch, "1 or more");
  require(settings.patience > 0, "patience", settings.patience, "1 or more");
  require(settings.validation_share >= 0 && settings.validation_share <= 0.9, "validation_share",
          settings.validation_share, "a share from 0 to 0.9");
}

// The network's chain with fresh weights: normal, variance 2 / inputs before a relu or gelu (He et
// al., 2015), 2 / (inputs + outputs) otherwise (Glorot and Bengio, 2010); biases zero.
std::vector<Layer> freshLayers(const MlpSettings& settings, std::size_t inputs, Random random) {
  const Layer::Type activation = activationType(settings.activation);
  const bool half_open = activation == Layer::Type::relu || activation == Layer::Type::gelu;
  std::vector<std::size_t> widths(settings.hidden.begin(), settings.hidden.end());
  widths.push_back(1);
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool last = i + 1 == widths.size();
    Layer layer{Layer::Type::linear, inputs, widths[i], std::vector<double>(inputs * widths[i]),
                std::vector<double>(widths[i])};
    const double sides = static_cast<double>(half_open && !last ? inputs : inputs + widths[i]);
    for (double& weight : layer.weight) weight = random.normal() * std::sqrt(2 / sides);
    layers.push_back(std::move(layer));
    if (!last) layers.push_back({activation, 0, 0, {}, {}});
    inputs = widths[i];
  }
  return layers;
}

Series learningCurve(const TrainingResult& training) {
  std::vector<double> epochs(training.training_losses.size());
  for (std::size_t i = 0; i < epochs.size(); ++i) epochs[i] = static_cast<double>(i + 1);
  Series series;
  series.title = "Learning curve";
  series.x = {"Epoch", "", false};
  series.y = {"Mean squared error of the scaled target", "", true};
  series.curves.push_back({"Training", epochs, training.training_losses, Series::Style::line, {}});
  if (!training.validation_losses.empty()) {
    series.curves.push_back(
        {"Validation", epochs, training.validation_losses, Series::Style::line, {}});
  }
  series.marks.push_back({"Best epoch", static_cast<double>(training.best_epoch), true});
  return series;
}

nlohmann::json trainingRecord(const MlpSettings& settings, const FitRows& rows,
                              const TrainingResult& training, std::uint64_t seed) {
  return {{"hidden", settings.hidden},
          {"activation", settings.activation},
          {"learning_rate", settings.learning_rate},
          {"weight_decay", settings.weight_decay},
          {"batch", settings.batch},
          {"patience", settings.patience},
          {"rows", rows.training.size()},
          {"validation_rows", rows.validation.size()},
          {"epochs", training.training_losses.size()},
          {"best_epoch", training.best_epoch},
          {"seed", seed}};
}

}  // namespace

MlpFit fitMlp(const std::vector<Feature>& features, const std::string& target,
              const std::string& target_unit, std::span<const double> rows,
              std::span<const double> targets, const MlpSettings& settings,
              const Context& context) {
  checkSettings(settings);
  require(!features.empty(), "features", 0, "at least one");
  require(rows.size() == features.size() * targets.size(), "numbers", rows.size(),
          "one per feature and row");
  FitRows split{rows, targets, features.size(), {}, {}};
  checkFinite(features, target, split);
  const Random random(context.seed);
  splitRows(split, settings.validation_share, random.split(0));
  const InputEncoding encoding = encodingOf(features, split);
  const Moments scaling = targetMoments(split);
  std::vector<Layer> layers = freshLayers(settings, encoding.width(), random.split(1));

  const TrainingResult training = trainLayers(layers, split, encoding, scaling, settings, context);

  MlpFit fit;
  fit.best_epoch = training.best_epoch;
  fit.learning_curve = learningCurve(training);
  fit.model = {"mlp", 1, features, target, target_unit, nlohmann::json::object(), {}, nullptr};
  fit.model.configuration["training"] = trainingRecord(settings, split, training, context.seed);
  storeLayers(layers, fit.model);
  const std::uint64_t epochs = training.training_losses.size();
  fit.model.tensors["training.losses"] = Tensor::of({epochs}, training.training_losses, {"epoch"});
  if (!training.validation_losses.empty()) {
    fit.model.tensors["validation.losses"] =
        Tensor::of({epochs}, training.validation_losses, {"epoch"});
  }
  const std::uint64_t width = features.size();
  fit.model.tensors["input.mean"] = Tensor::of({width}, encoding.mean());
  fit.model.tensors["input.scale"] = Tensor::of({width}, encoding.scale());
  fit.model.tensors["target.mean"] = Tensor::of({1}, std::vector<double>{scaling.mean});
  fit.model.tensors["target.scale"] = Tensor::of({1}, std::vector<double>{scaling.scale});
  fit.model.predictor = mlpPredictor(fit.model);
  return fit;
}

}  // namespace lineament::nets
