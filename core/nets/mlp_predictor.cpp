// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/blas.h"
#include "core/base/parallel.h"
#include "core/nets/encoding.h"
#include "core/nets/layers.h"
#include "core/nets/mlp.h"

namespace lineament::nets {

namespace {

// Rows of a task: a few hundred fill BLAS's blocks and still fit the cache with a wide layer.
constexpr std::size_t kRowBlock = 256;

class MlpPredictor : public Predictor {
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

 private:
  void predictBlock(const double* rows, std::size_t count, double* outputs) const {
    std::vector<double> now(count * widest_), next(count * widest_);
    std::vector<bool> valid(count);
    for (std::size_t i = 0; i < count; ++i) {
      valid[i] = encoding_.encode(rows + i * featureCount(), now.data() + i * encoding_.width());
    }
    std::size_t width = encoding_.width();
    for (const Layer& layer : layers_) {
      if (layer.type == Layer::Type::linear) {
        applyLinear(layer, now, count, next);
        now.swap(next);
        width = layer.outputs;
      } else if (layer.type == Layer::Type::affine) {
        for (std::size_t i = 0; i < count * width; ++i) {
          now[i] = now[i] * layer.weight[i % width] + layer.bias[i % width];
        }
      } else {
        activate(layer.type, now.data(), count * width);
      }
    }
    for (std::size_t i = 0; i < count * outputs_; ++i) {
      const std::size_t k = i % outputs_;
      outputs[i] = valid[i / outputs_] ? now[i] * target_scale_[k] + target_mean_[k]
                                       : std::numeric_limits<double>::quiet_NaN();
    }
  }

  static void applyLinear(const Layer& layer, const std::vector<double>& from, std::size_t count,
                          std::vector<double>& to) {
    for (std::size_t i = 0; i < count; ++i) {
      std::copy(layer.bias.begin(), layer.bias.end(),
                to.begin() + static_cast<std::ptrdiff_t>(i * layer.outputs));
    }
    matrixProduct(Transpose::no, Transpose::yes, 1.0,
                  {from.data(), count, layer.inputs, layer.inputs},
                  {layer.weight.data(), layer.outputs, layer.inputs, layer.inputs}, 1.0,
                  {to.data(), count, layer.outputs, layer.outputs});
  }

  InputEncoding encoding_;
  std::vector<Layer> layers_;
  std::size_t outputs_;
  std::vector<double> target_mean_, target_scale_;
  std::size_t widest_ = 0;
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
