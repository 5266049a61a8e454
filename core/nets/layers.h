// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/model.h"

namespace lineament::nets {

// The constants of SELU: scale * x above 0, scale * alpha * (exp(x) - 1) from there down.
inline constexpr double kSeluScale = 1.0507009873554805;
inline constexpr double kSeluAlpha = 1.6732632423543772;

// One step of a network that is a chain.
struct Layer {
  enum class Type {
    linear,  // x W' + b, W being outputs x inputs
    affine,  // x * weight + bias, one of each per column (a batch norm at inference)
    relu,
    tanh,
    sigmoid,
    gelu,
    gelu_tanh,  // the tanh approximation (Hendrycks and Gimpel, 2016)
    selu,       // Klambauer, Unterthiner, Mayr and Hochreiter (2017), equation 2
  };

  Type type = Type::linear;
  std::size_t inputs = 0;  // 0 for activations, which take any width
  std::size_t outputs = 0;
  std::vector<double> weight;
  std::vector<double> bias;

  bool hasTensors() const { return type == Type::linear || type == Type::affine; }
};

// Writes the layers into configuration["layers"] and the tensors "layer0.weight", "layer0.bias",
// ... , counted over the layers that have some. Weights are single-precision where that is exact.
void storeLayers(const std::vector<Layer>& layers, Model& model);

// Reads them back; an Error "model.malformed" where tensors and configuration do not fit.
std::vector<Layer> loadLayers(const Model& model);

// Outputs of the chain; an Error "model.malformed" where the widths do not follow each other.
std::size_t checkWidths(const std::vector<Layer>& layers, std::size_t inputs);

// In place, for the layers without tensors.
void activate(Layer::Type type, double* values, std::size_t count);

// The tensor of that name; an Error "model.malformed" where it is missing or of another size.
std::vector<double> modelTensor(const Model& model, const std::string& name, std::size_t elements);

[[noreturn]] void malformed(const std::string& what);

std::string_view name(Layer::Type type);  // "linear", "gelu_tanh", as the configuration has it

}  // namespace lineament::nets
