// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/mlp_training.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "core/autodiff/adam.h"
#include "core/autodiff/elementwise.h"
#include "core/autodiff/loss.h"
#include "core/autodiff/product.h"
#include "core/base/error.h"
#include "core/base/random.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kDiverged{"mlp.diverged", "Train the network",
                              "its numbers became infinite in the operation '{operation}'",
                              "epoch {epoch}", "Lower the learning rate"};

constexpr std::size_t kEvaluationBatch = 4096;

using autodiff::Parameters;
using autodiff::Tape;
using autodiff::Value;

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
  double loss(const FitRows& rows, const std::size_t* which, const InputEncoding& encoding,
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
  Training(const FitRows& rows, const InputEncoding& encoding, Moments target,
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

  TrainingResult run() {
    TrainingResult result;
    double best = std::numeric_limits<double>::infinity();
    std::vector<float> best_values;
    for (int epoch = 1; epoch <= settings_.epochs; ++epoch) {
      double loss = trainEpoch(epoch);
      result.training_losses.push_back(loss);
      if (validation_) result.validation_losses.push_back(loss = validationLoss(epoch));
      if (loss < best) {
        best = loss;
        result.best_epoch = epoch;
        parameters_.copyTo(best_values);
      }
      if (epoch - result.best_epoch >= settings_.patience) break;
    }
    parameters_.restore(best_values);
    return result;
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

  const FitRows& rows_;
  const InputEncoding& encoding_;
  Moments target_;
  const MlpSettings& settings_;
  const Context& context_;
  Parameters<float> parameters_;
  autodiff::Adam<float> adam_;
  BatchPass training_;
  std::optional<BatchPass> validation_;
};

}  // namespace

TrainingResult trainLayers(std::vector<Layer>& layers, const FitRows& rows,
                           const InputEncoding& encoding, Moments target,
                           const MlpSettings& settings, const Context& context) {
  Training training(rows, encoding, target, layers, settings, context);
  TrainingResult result = training.run();
  training.storeInto(layers);
  return result;
}

}  // namespace lineament::nets
