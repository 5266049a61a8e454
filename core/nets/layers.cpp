// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/layers.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <optional>

#include "core/base/error.h"
#include "core/nets/layer_kernels.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kMalformed{"model.malformed", "Load the network", "{what}", "",
                               "The model file is damaged or was made by another program; "
                               "train or export the model again"};

constexpr std::string_view kNames[] = {"linear",  "affine", "relu",      "tanh",
                                       "sigmoid", "gelu",   "gelu_tanh", "selu"};

std::optional<Layer::Type> typeFromName(std::string_view wanted) {
  const auto found = std::find(std::begin(kNames), std::end(kNames), wanted);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Layer::Type>(found - std::begin(kNames));
}

Tensor stored(std::vector<std::uint64_t> shape, const std::vector<double>& values) {
  const bool single = std::all_of(values.begin(), values.end(), [](double value) {
    return static_cast<double>(static_cast<float>(value)) == value;
  });
  if (!single) return Tensor::of(std::move(shape), values);
  return Tensor::of(std::move(shape), std::vector<float>(values.begin(), values.end()));
}

std::string textMember(const nlohmann::json& json, const char* member) {
  if (!json.is_object() || !json.contains(member) || !json[member].is_string()) return "";
  return json[member].get<std::string>();
}

std::size_t sizeMember(const nlohmann::json& json, const char* member) {
  const bool whole = json.contains(member) && json[member].is_number_integer();
  const auto size = whole ? json[member].get<std::int64_t>() : -1;
  if (size < 0 || size > (std::int64_t{1} << 31)) {
    malformed(fmt::format("a layer has no valid '{}'", member));
  }
  return static_cast<std::size_t>(size);
}

}  // namespace

void malformed(const std::string& what) {
  throw Error(kMalformed, {{"what", what}});
}

std::string_view name(Layer::Type type) {
  return kNames[static_cast<int>(type)];
}

void storeLayers(const std::vector<Layer>& layers, Model& model) {
  nlohmann::json list = nlohmann::json::array();
  int index = 0;
  for (const Layer& layer : layers) {
    nlohmann::json entry = {{"type", name(layer.type)}};
    if (layer.hasTensors()) {
      const std::string prefix = fmt::format("layer{}", index++);
      entry["name"] = prefix;
      entry["inputs"] = layer.inputs;
      entry["outputs"] = layer.outputs;
      const std::vector<std::uint64_t> shape =
          layer.type == Layer::Type::linear
              ? std::vector<std::uint64_t>{layer.outputs, layer.inputs}
              : std::vector<std::uint64_t>{layer.outputs};
      model.tensors[prefix + ".weight"] = stored(shape, layer.weight);
      model.tensors[prefix + ".bias"] = stored({layer.outputs}, layer.bias);
    }
    list.push_back(std::move(entry));
  }
  model.configuration["layers"] = std::move(list);
}

std::vector<double> modelTensor(const Model& model, const std::string& name, std::size_t elements) {
  const auto found = model.tensors.find(name);
  if (found == model.tensors.end()) malformed(fmt::format("the tensor '{}' is missing", name));
  if (found->second.elements() != elements) {
    malformed(fmt::format("the tensor '{}' has {} elements, {} are needed", name,
                          found->second.elements(), elements));
  }
  return found->second.numbers();
}

std::vector<Layer> loadLayers(const Model& model) {
  const auto list = model.configuration.find("layers");
  if (list == model.configuration.end() || !list->is_array() || list->empty()) {
    malformed("the configuration lists no layers");
  }
  std::vector<Layer> layers;
  for (const nlohmann::json& entry : *list) {
    const std::string type = textMember(entry, "type");
    const auto known = typeFromName(type);
    if (!known) malformed(fmt::format("the layer type '{}' is unknown", type));
    Layer layer{*known, 0, 0, {}, {}};
    if (layer.hasTensors()) {
      layer.inputs = sizeMember(entry, "inputs");
      layer.outputs = sizeMember(entry, "outputs");
      const std::string prefix = textMember(entry, "name");
      const std::size_t weights =
          layer.type == Layer::Type::linear ? layer.inputs * layer.outputs : layer.outputs;
      layer.weight = modelTensor(model, prefix + ".weight", weights);
      layer.bias = modelTensor(model, prefix + ".bias", layer.outputs);
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::size_t checkWidths(const std::vector<Layer>& layers, std::size_t inputs) {
  std::size_t width = inputs;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    if (!layer.hasTensors()) continue;
    if (layer.inputs != width || (layer.type == Layer::Type::affine && layer.outputs != width)) {
      malformed(fmt::format("layer {} takes {} numbers, the one before gives {}", i + 1,
                            layer.inputs, width));
    }
    width = layer.outputs;
  }
  return width;
}

namespace {

template <class Function>
void map(double* values, std::size_t count, Function function) {
  for (std::size_t i = 0; i < count; ++i) values[i] = function(values[i]);
}

}  // namespace

void activate(Layer::Type type, double* values, std::size_t count) {
  switch (type) {
    case Layer::Type::relu:
      return rectify(values, count);
    case Layer::Type::tanh:
      return map(values, count, [](double x) { return std::tanh(x); });
    case Layer::Type::sigmoid:
      return map(values, count, [](double x) { return 1 / (1 + std::exp(-x)); });
    case Layer::Type::gelu:
      return map(values, count,
                 [](double x) { return 0.5 * x * std::erfc(-x / std::numbers::sqrt2); });
    case Layer::Type::gelu_tanh:
      return map(values, count, [](double x) {
        const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
        return 0.5 * x * (1 + std::tanh(inner));
      });
    case Layer::Type::selu:
      return map(values, count,
                 [](double x) { return kSeluScale * (x > 0 ? x : kSeluAlpha * std::expm1(x)); });
    case Layer::Type::linear:
    case Layer::Type::affine:
      break;
  }
}

}  // namespace lineament::nets
