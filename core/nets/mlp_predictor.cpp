// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "core/base/blas.h"
#include "core/base/parallel.h"
#include "core/nets/encoding.h"
#include "core/nets/layer_kernels.h"
#include "core/nets/layers.h"
#include "core/nets/mlp.h"

namespace lineament::nets {

namespace {

// Rows of a task: a few hundred fill BLAS's blocks and still fit the cache with a wide layer.
constexpr std::size_t kRowBlock = 256;

// The layers up to the first activation are affine, and the encoding takes features one by one:
// together they are an additive start.
class MlpPredictor : public Predictor, public AdditiveStart {
 public:
  explicit MlpPredictor(const Model& model)
      : encoding_(model.features, modelTensor(model, "input.mean", model.features.size()),
                  modelTensor(model, "input.scale", model.features.size())),
        layers_(loadLayers(model)),
        outputs_(checkWidths(layers_, encoding_.width())),
        target_mean_(modelTensor(model, "target.mean", outputs_)),
        target_scale_(modelTensor(model, "target.scale", outputs_)) {
    widest_ = encoding_.width();
    for (const Layer& layer : layers_) widest_ = std::max(widest_, layer.outputs);
    while (activation_ < layers_.size() && layers_[activation_].hasTensors()) ++activation_;
    foldStart();
  }

  std::size_t featureCount() const override { return encoding_.featureCount(); }
  std::size_t outputCount() const override { return outputs_; }

  void predict(std::span<const double> rows, std::span<double> outputs,
               const Context& context) const override {
    forBlocks(outputs.size() / outputs_, kRowBlock, context,
              [&](std::size_t begin, std::size_t end) {
                predictBlock(rows.data() + begin * featureCount(), end - begin,
                             outputs.data() + begin * outputs_);
              });
  }

  const AdditiveStart* additiveStart() const override { return activation_ > 0 ? this : nullptr; }
  std::size_t width() const override { return constant_.size(); }
  void constant(std::span<double> sums) const override {
    std::copy(constant_.begin(), constant_.end(), sums.begin());
  }

  void part(std::size_t feature, double value, std::span<double> numbers) const override {
    std::vector<double> inputs(encoding_.inputsOf(feature));
    if (!encoding_.encode(feature, value, inputs.data())) {
      std::fill(numbers.begin(), numbers.end(), std::numeric_limits<double>::quiet_NaN());
      return;
    }
    std::fill(numbers.begin(), numbers.end(), 0.0);
    const double* weights = weights_.data() + first_input_[feature] * width();
    for (const double input : inputs) {
      for (std::size_t k = 0; input != 0 && k < width(); ++k) numbers[k] += input * weights[k];
      weights += width();
    }
  }

  void rest(std::span<double> sums, std::span<double> outputs) const override {
    const std::size_t count = sums.size() / width();
    const Scratch scratch(count * widest_);
    const double* found = runLayers(activation_, width(), count, sums.data(), scratch);
    rescale(found, count, outputs.data());
  }

 private:
  // Two places for what goes from layer to layer.
  struct Scratch {
    explicit Scratch(std::size_t size)
        : one(std::make_unique_for_overwrite<double[]>(size)),
          other(std::make_unique_for_overwrite<double[]>(size)) {}
    std::unique_ptr<double[]> one, other;
  };

  // The affine layers as one: what each input adds to their outputs, and what they give for none.
  void foldStart() {
    const std::size_t inputs = encoding_.width();
    std::vector<double> units(inputs * widest_), none(widest_), next(inputs * widest_);
    for (std::size_t i = 0; i < inputs; ++i) units[i * inputs + i] = 1;
    std::size_t width = inputs;
    for (std::size_t i = 0; i < activation_; ++i) {
      const Layer& layer = layers_[i];
      width = layer.outputs;
      applyAffine(layer, std::vector<double>(width), inputs, units.data(), next.data());
      units.swap(next);
      applyAffine(layer, layer.bias, 1, none.data(), next.data());
      std::copy_n(next.begin(), width, none.begin());
    }
    weights_.assign(units.begin(), units.begin() + static_cast<std::ptrdiff_t>(inputs * width));
    constant_.assign(none.begin(), none.begin() + static_cast<std::ptrdiff_t>(width));
    std::size_t first = 0;
    for (std::size_t j = 0; j < featureCount(); ++j) {
      first_input_.push_back(first);
      first += encoding_.inputsOf(j);
    }
  }

  // From what the layers give to the target's unit.
  void rescale(const double* found, std::size_t count, double* outputs) const {
    for (std::size_t i = 0; i < count; ++i, found += outputs_, outputs += outputs_) {
      for (std::size_t k = 0; k < outputs_; ++k) {
        outputs[k] = found[k] * target_scale_[k] + target_mean_[k];
      }
    }
  }

  void predictBlock(const double* rows, std::size_t count, double* outputs) const {
    const Scratch scratch(count * widest_);
    std::vector<bool> valid(count);
    for (std::size_t i = 0; i < count; ++i) {
      valid[i] = encoding_.encode(rows + i * featureCount(), &scratch.one[i * encoding_.width()]);
    }
    const double* found = runLayers(0, encoding_.width(), count, scratch.one.get(), scratch);
    rescale(found, count, outputs);
    for (std::size_t i = 0; i < count; ++i) {
      if (valid[i]) continue;
      std::fill_n(outputs + i * outputs_, outputs_, std::numeric_limits<double>::quiet_NaN());
    }
  }

  // From the layer `first` on, over the numbers at `now`, which are used up; gives where the last
  // layer's are.
  const double* runLayers(std::size_t first, std::size_t width, std::size_t count, double* now,
                          const Scratch& scratch) const {
    for (std::size_t i = first; i < layers_.size(); ++i) {
      const Layer& layer = layers_[i];
      if (layer.hasTensors()) {
        double* const next = now == scratch.one.get() ? scratch.other.get() : scratch.one.get();
        applyAffine(layer, layer.bias, count, now, next);
        now = next;
        width = layer.outputs;
      } else {
        activate(layer.type, now, count * width);
      }
    }
    return now;
  }

  static void applyAffine(const Layer& layer, const std::vector<double>& bias, std::size_t count,
                          const double* from, double* to) {
    if (layer.type == Layer::Type::affine) {
      for (std::size_t i = 0; i < count * layer.outputs; ++i) {
        to[i] = from[i] * layer.weight[i % layer.outputs] + bias[i % layer.outputs];
      }
      return;
    }
    if (layer.outputs == 1) {
      return rowProducts(from, count, layer.inputs, layer.weight.data(), bias[0], to);
    }
    for (std::size_t i = 0; i < count; ++i) {
      std::copy(bias.begin(), bias.end(), to + i * layer.outputs);
    }
    matrixProduct(Transpose::no, Transpose::yes, 1.0, {from, count, layer.inputs, layer.inputs},
                  {layer.weight.data(), layer.outputs, layer.inputs, layer.inputs}, 1.0,
                  {to, count, layer.outputs, layer.outputs});
  }

  InputEncoding encoding_;
  std::vector<Layer> layers_;
  std::size_t outputs_;
  std::vector<double> target_mean_, target_scale_;
  std::size_t widest_ = 0;
  std::size_t activation_ = 0;   // the first layer behind the additive start
  std::vector<double> weights_;  // of the start, encoded inputs x width()
  std::vector<double> constant_;
  std::vector<std::size_t> first_input_;  // of each feature
};

}  // namespace

std::shared_ptr<const Predictor> mlpPredictor(const Model& model) {
  if (model.type != "mlp" || model.version != 1) {
    malformed(fmt::format("it is of type '{}', version {}; expected 'mlp', version 1", model.type,
                          model.version));
  }
  if (model.features.empty()) malformed("it has no features");
  return std::make_shared<MlpPredictor>(model);
}

}  // namespace lineament::nets
