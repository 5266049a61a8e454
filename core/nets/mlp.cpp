// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/mlp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/autodiff/adam.h"
#include "core/autodiff/elementwise.h"
#include "core/autodiff/loss.h"
#include "core/autodiff/product.h"
#include "core/base/random.h"
#include "core/nets/encoding.h"
#include "core/nets/layers.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kSetting{"mlp.setting", "Train a network with {name} = {value}",
                             "expected {expected}", "", "Choose another value"};
constexpr ErrorText kTooFew{"mlp.too_few_rows", "Train a network on {rows} rows",
                            "at least {least} are needed, some of them held out", "",
                            "Add rows, or choose a linear model"};
constexpr ErrorText kNotFinite{"mlp.not_finite", "Train a network",
                               "'{name}' is not a finite number", "row {row}",
                               "Leave out rows with missing or infinite values"};
constexpr ErrorText kDiverged{"mlp.diverged", "Train the network",
                              "its numbers became infinite in the operation '{operation}'",
                              "epoch {epoch}", "Lower the learning rate"};

constexpr std::size_t kLeastRows = 4;
constexpr std::size_t kEvaluationBatch = 4096;

using autodiff::Parameters;
using autodiff::Tape;
using autodiff::Value;

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

// The rows of the fit and which of them do what.
struct Rows {
  std::span<const double> features;  // count x width
  std::span<const double> targets;
  std::size_t width = 0;
  std::vector<std::size_t> training, validation;

  const double* row(std::size_t index) const { return features.data() + index * width; }
};

void checkFinite(const std::vector<Feature>& features, const std::string& target,
                 const Rows& rows) {
  for (std::size_t i = 0; i < rows.targets.size(); ++i) {
    for (std::size_t j = 0; j < rows.width; ++j) {
      if (!std::isfinite(rows.row(i)[j])) {
        throw Error(kNotFinite, {{"name", features[j].name}, {"row", i + 1}});
      }
    }
    if (!std::isfinite(rows.targets[i])) {
      throw Error(kNotFinite, {{"name", target}, {"row", i + 1}});
    }
  }
}

void splitRows(Rows& rows, double validation_share, Random random) {
  const std::size_t count = rows.targets.size();
  if (count < kLeastRows) throw Error(kTooFew, {{"rows", count}, {"least", kLeastRows}});
  const double wanted = std::round(validation_share * static_cast<double>(count));
  std::size_t held_out = static_cast<std::size_t>(wanted);
  if (validation_share > 0) held_out = std::clamp<std::size_t>(held_out, 1, count - 2);
  const std::vector<std::size_t> order = random.permutation(count);
  const auto border = order.begin() + static_cast<std::ptrdiff_t>(held_out);
  rows.validation.assign(order.begin(), border);
  rows.training.assign(border, order.end());
  // Only the shuffling of epochs decides the order, not this draw.
  std::sort(rows.validation.begin(), rows.validation.end());
  std::sort(rows.training.begin(), rows.training.end());
}

struct Moments {
  double mean = 0;
  double scale = 1;  // the standard deviation; 1 for a constant
};

template <class Number>
Moments momentsOf(const std::vector<std::size_t>& rows, const Number& number) {
  const double count = static_cast<double>(rows.size());
  double sum = 0;
  for (const std::size_t row : rows) sum += number(row);
  const double mean = sum / count;
  double squares = 0;
  for (const std::size_t row : rows) squares += (number(row) - mean) * (number(row) - mean);
  const double deviation = std::sqrt(squares / count);
  // Below this it is the rounding of the mean, not a spread.
  const bool constant = !(deviation > 1e-12 * std::abs(mean));
  return {mean, constant ? 1 : deviation};
}

InputEncoding encodingOf(const std::vector<Feature>& features, const Rows& rows) {
  std::vector<double> mean, scale;
  for (std::size_t j = 0; j < features.size(); ++j) {
    const Moments moments =
        features[j].categorical()
            ? Moments{}
            : momentsOf(rows.training, [&](std::size_t row) { return rows.row(row)[j]; });
    mean.push_back(moments.mean);
    scale.push_back(moments.scale);
  }
  return InputEncoding(features, std::move(mean), std::move(scale));
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

Parameters<float> parametersOf(const std::vector<Layer>& layers, double weight_decay) {
  Parameters<float> parameters;
  const std::size_t weights = parameters.addGroup({"weights", 1, weight_decay});
  const std::size_t biases = parameters.addGroup({"biases", 1, 0});
  for (const Layer& layer : layers) {
    if (!layer.hasTensors()) continue;
    const std::size_t w = parameters.add("weight", {layer.outputs, layer.inputs}, weights);
    const std::size_t b = parameters.add("bias", {layer.outputs}, biases);
    std::transform(layer.weight.begin(), layer.weight.end(), parameters.values(w).begin(),
                   [](double value) { return static_cast<float>(value); });
    std::fill(parameters.values(b).begin(), parameters.values(b).end(), 0.0f);
  }
  return parameters;
}

Value<float> activated(Layer::Type type, Value<float> x) {
  switch (type) {
    case Layer::Type::tanh:
      return tanh(x);
    case Layer::Type::sigmoid:
      return sigmoid(x);
    case Layer::Type::gelu:
      return gelu(x);
    default:
      return relu(x);
  }
}

// The recorded network for batches of one size.
class BatchNetwork {
 public:
  BatchNetwork(const std::vector<Layer>& layers, Parameters<float>& parameters, std::size_t batch)
      : batch_(batch) {
    x_ = tape_.input({batch, layers.front().inputs}, "features");
    target_ = tape_.input({batch, 1}, "target");
    Value<float> y = x_;
    std::size_t next = 0;
    for (const Layer& layer : layers) {
      if (layer.type == Layer::Type::linear) {
        y = linear(y, tape_.parameter(parameters, next), tape_.parameter(parameters, next + 1));
        next += 2;
      } else {
        y = activated(layer.type, y);
      }
    }
    loss_ = meanSquaredError(y, target_);
  }

  std::size_t batch() const { return batch_; }

  // The loss of these rows; `which` holds batch() of them.
  double loss(const Rows& rows, const std::size_t* which, const InputEncoding& encoding,
              const Moments& target, const Context& context) {
    float* x = tape_.storage(x_).data();
    float* y = tape_.storage(target_).data();
    for (std::size_t i = 0; i < batch_; ++i) {
      encoding.encode(rows.row(which[i]), x + i * encoding.width());
      y[i] = static_cast<float>((rows.targets[which[i]] - target.mean) / target.scale);
    }
    tape_.forward(context);
    return tape_.scalar(loss_);
  }

  void addGradients(const Context& context) { tape_.backward(loss_, context); }

  std::string troubledOperation() const {
    const auto found = tape_.firstNonFinite();
    return found ? found->operation : "loss";
  }

 private:
  std::size_t batch_;
  Tape<float> tape_;
  Value<float> x_, target_, loss_;
};

// Goes through a list of rows in batches: full ones, and a last one of what is left.
class BatchPass {
 public:
  BatchPass(const std::vector<Layer>& layers, Parameters<float>& parameters, std::size_t rows,
            std::size_t batch) {
    const std::size_t full = std::min(rows, batch);
    full_.emplace(layers, parameters, full);
    if (rows % full != 0) rest_.emplace(layers, parameters, rows % full);
  }

  // Calls work(network, first row's place) per batch.
  template <class Work>
  void run(std::size_t rows, const Work& work) {
    std::size_t first = 0;
    for (; first + full_->batch() <= rows; first += full_->batch()) work(*full_, first);
    if (rest_ && first < rows) work(*rest_, first);
  }

 private:
  std::optional<BatchNetwork> full_, rest_;
};

class Training {
 public:
  Training(const Rows& rows, const InputEncoding& encoding, Moments target,
           const std::vector<Layer>& layers, const MlpSettings& settings, const Context& context)
      : rows_(rows),
        encoding_(encoding),
        target_(target),
        settings_(settings),
        context_(context),
        parameters_(parametersOf(layers, settings.weight_decay)),
        adam_(parameters_, {.learning_rate = settings.learning_rate}),
        training_(layers, parameters_, rows.training.size(),
                  static_cast<std::size_t>(settings.batch)) {
    if (!rows.validation.empty()) {
      validation_.emplace(layers, parameters_, rows.validation.size(), kEvaluationBatch);
    }
  }

  void run() {
    double best = std::numeric_limits<double>::infinity();
    parameters_.copyTo(best_values_);
    for (int epoch = 1; epoch <= settings_.epochs; ++epoch) {
      training_losses_.push_back(trainEpoch(epoch));
      validation_losses_.push_back(validation_ ? validationLoss(epoch) : training_losses_.back());
      if (validation_losses_.back() < best) {
        best = validation_losses_.back();
        best_epoch_ = epoch;
        parameters_.copyTo(best_values_);
      }
      if (epoch - best_epoch_ >= settings_.patience) break;
    }
    parameters_.restore(best_values_);
  }

  void storeInto(std::vector<Layer>& layers) {
    std::size_t next = 0;
    for (Layer& layer : layers) {
      if (!layer.hasTensors()) continue;
      const auto weight = parameters_.values(next++), bias = parameters_.values(next++);
      layer.weight.assign(weight.begin(), weight.end());
      layer.bias.assign(bias.begin(), bias.end());
    }
  }

  int bestEpoch() const { return best_epoch_; }
  std::size_t epochs() const { return training_losses_.size(); }
  const std::vector<double>& trainingLosses() const { return training_losses_; }
  std::vector<double> validationLosses() const {
    return validation_ ? validation_losses_ : std::vector<double>{};
  }

 private:
  // The mean loss over the batches, each before its step.
  double trainEpoch(int epoch) {
    std::vector<std::size_t> order = rows_.training;
    Random(context_.seed)
        .split(2)
        .split(static_cast<std::uint64_t>(epoch))
        .shuffle(std::span(order));
    double sum = 0;
    std::size_t batches = 0;
    training_.run(order.size(), [&](BatchNetwork& network, std::size_t first) {
      if (batches++ % 16 == 0) {
        const double done = static_cast<double>(first) / static_cast<double>(order.size());
        context_.checkpoint((epoch - 1 + done) / settings_.epochs, "Training the network");
      }
      sum += lossOf(network, order.data() + first, epoch) * static_cast<double>(network.batch());
      parameters_.clearGradients();
      network.addGradients(context_);
      adam_.step();
    });
    return sum / static_cast<double>(order.size());
  }

  double validationLoss(int epoch) {
    double sum = 0;
    validation_->run(rows_.validation.size(), [&](BatchNetwork& network, std::size_t first) {
      sum += lossOf(network, rows_.validation.data() + first, epoch) *
             static_cast<double>(network.batch());
    });
    return sum / static_cast<double>(rows_.validation.size());
  }

  double lossOf(BatchNetwork& network, const std::size_t* which, int epoch) {
    const double loss = network.loss(rows_, which, encoding_, target_, context_);
    if (!std::isfinite(loss)) {
      throw Error(kDiverged, {{"operation", network.troubledOperation()}, {"epoch", epoch}});
    }
    return loss;
  }

  const Rows& rows_;
  const InputEncoding& encoding_;
  Moments target_;
  const MlpSettings& settings_;
  const Context& context_;
  Parameters<float> parameters_;
  autodiff::Adam<float> adam_;
  BatchPass training_;
  std::optional<BatchPass> validation_;
  std::vector<double> training_losses_, validation_losses_;
  std::vector<float> best_values_;
  int best_epoch_ = 0;
};

Series learningCurve(const Training& training) {
  std::vector<double> epochs(training.epochs());
  for (std::size_t i = 0; i < epochs.size(); ++i) epochs[i] = static_cast<double>(i + 1);
  Series series;
  series.title = "Learning curve";
  series.x = {"Epoch", "", false};
  series.y = {"Mean squared error of the scaled target", "", true};
  series.curves.push_back({"Training", epochs, training.trainingLosses(), Series::Style::line, {}});
  if (const std::vector<double> losses = training.validationLosses(); !losses.empty()) {
    series.curves.push_back({"Validation", epochs, losses, Series::Style::line, {}});
  }
  series.marks.push_back({"Best epoch", static_cast<double>(training.bestEpoch()), true});
  return series;
}

nlohmann::json trainingRecord(const MlpSettings& settings, const Rows& rows,
                              const Training& training, std::uint64_t seed) {
  return {{"hidden", settings.hidden},
          {"activation", settings.activation},
          {"learning_rate", settings.learning_rate},
          {"weight_decay", settings.weight_decay},
          {"batch", settings.batch},
          {"patience", settings.patience},
          {"rows", rows.training.size()},
          {"validation_rows", rows.validation.size()},
          {"epochs", training.epochs()},
          {"best_epoch", training.bestEpoch()},
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
  Rows split{rows, targets, features.size(), {}, {}};
  checkFinite(features, target, split);
  const Random random(context.seed);
  splitRows(split, settings.validation_share, random.split(0));
  const InputEncoding encoding = encodingOf(features, split);
  const Moments target_moments =
      momentsOf(split.training, [&](std::size_t row) { return targets[row]; });
  std::vector<Layer> layers = freshLayers(settings, encoding.width(), random.split(1));

  Training training(split, encoding, target_moments, layers, settings, context);
  training.run();
  training.storeInto(layers);

  MlpFit fit;
  fit.best_epoch = training.bestEpoch();
  fit.learning_curve = learningCurve(training);
  fit.model = {"mlp", 1, features, target, target_unit, nlohmann::json::object(), {}, nullptr};
  fit.model.configuration["training"] = trainingRecord(settings, split, training, context.seed);
  storeLayers(layers, fit.model);
  const std::uint64_t width = features.size();
  fit.model.tensors["input.mean"] = Tensor::of({width}, encoding.mean());
  fit.model.tensors["input.scale"] = Tensor::of({width}, encoding.scale());
  fit.model.tensors["target.mean"] = Tensor::of({1}, std::vector<double>{target_moments.mean});
  fit.model.tensors["target.scale"] = Tensor::of({1}, std::vector<double>{target_moments.scale});
  fit.model.predictor = mlpPredictor(fit.model);
  return fit;
}

}  // namespace lineament::nets
