// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/nets/layers.h"
#include "core/nets/mlp.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kUnknownLayer{"mlp.unknown_layer", "Read the checkpoint as a network",
                                  "the layer is of type '{type}', which is none of {known}",
                                  "layer '{name}'",
                                  "Export the network as a chain of these layers (a Sequential)"};
constexpr ErrorText kNoChain{"mlp.no_chain", "Read the checkpoint as a network", "{why}", "{where}",
                             "Export the network as a chain of layers (a Sequential)"};
constexpr ErrorText kScalers{
    "mlp.scalers", "Use the scalers of the network", "{what}", "",
    "Give a table with the columns name, role (input or output), mean and scale, "
    "one row per input and output of the network"};

constexpr std::string_view kKnown =
    "Linear, ReLU, Sigmoid, Tanh, GELU, Dropout, Identity and BatchNorm1d";
constexpr int kDeepest = 32;

using nlohmann::json;

// "__torch__.torch.nn.modules.linear.___torch_mangle_66.Linear" is a Linear.
std::string shortType(const json& module) {
  const auto found = module.find("type");
  if (found == module.end() || !found->is_string()) return "";
  const std::string full = found->get<std::string>();
  const std::size_t last = full.find_last_of(". ");
  return last == full.npos ? full : full.substr(last + 1);
}

std::optional<long> wholeNumber(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// Collects the layers of a chain one after the other and checks that each takes what the one before
// gives.
class Chain {
 public:
  explicit Chain(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  void addLinear(const std::string& name, const std::string& weight_name,
                 const std::optional<std::string>& bias_name) {
    const Tensor weight = floating(weight_name);
    if (weight.rank() != 2) fail(name, "its weight has not two dimensions");
    Layer layer{Layer::Type::linear, weight.shape()[1], weight.shape()[0], weight.numbers(), {}};
    layer.bias.resize(layer.outputs);
    if (bias_name) layer.bias = column(name, *bias_name, layer.outputs);
    add(name, std::move(layer));
  }

  // y = (x - mean) / sqrt(variance + epsilon) * weight + bias, as one scale and one shift.
  void addBatchNorm(const std::string& name, const std::string& mean_name,
                    const std::string& variance_name, const std::optional<std::string>& weight_name,
                    const std::optional<std::string>& bias_name, double epsilon) {
    const std::vector<double> mean = floating(mean_name).numbers();
    const std::size_t width = mean.size();
    const std::vector<double> variance = column(name, variance_name, width);
    Layer layer{Layer::Type::affine, width, width, std::vector<double>(width, 1),
                std::vector<double>(width, 0)};
    if (weight_name) layer.weight = column(name, *weight_name, width);
    if (bias_name) layer.bias = column(name, *bias_name, width);
    for (std::size_t i = 0; i < width; ++i) {
      layer.weight[i] /= std::sqrt(variance[i] + epsilon);
      layer.bias[i] -= layer.weight[i] * mean[i];
    }
    add(name, std::move(layer));
  }

  void addActivation(Layer::Type type) { layers_.push_back({type, 0, 0, {}, {}}); }

  const std::vector<Layer>& layers() const { return layers_; }
  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return outputs_; }

  [[noreturn]] static void fail(const std::string& name, std::string_view why) {
    throw Error(kNoChain, {{"why", why}, {"where", name.empty() ? "" : "layer '" + name + "'"}});
  }

 private:
  void add(const std::string& name, Layer layer) {
    if (inputs_ == 0) {
      inputs_ = layer.inputs;
    } else if (layer.inputs != outputs_) {
      fail(name,
           fmt::format("it takes {} numbers, the layer before gives {}", layer.inputs, outputs_));
    }
    outputs_ = layer.outputs;
    if (layer.inputs == 0 || layer.outputs == 0) fail(name, "its weight is empty");
    layers_.push_back(std::move(layer));
  }

  Tensor floating(const std::string& name) const {
    const Tensor tensor = checkpoint_.tensor(name);
    const DType type = tensor.dtype();
    if (type != DType::f16 && type != DType::bf16 && type != DType::f32 && type != DType::f64) {
      fail(name,
           fmt::format("it holds {}, expected floating-point numbers", lineament::name(type)));
    }
    return tensor;
  }

  std::vector<double> column(const std::string& name, const std::string& tensor_name,
                             std::size_t width) const {
    const Tensor tensor = floating(tensor_name);
    if (tensor.rank() != 1 || tensor.elements() != width) {
      fail(name, fmt::format("'{}' has the shape {}, expected {}", tensor_name,
                             shapeText(tensor.shape()), width));
    }
    return tensor.numbers();
  }

  const Checkpoint& checkpoint_;
  std::vector<Layer> layers_;
  std::size_t inputs_ = 0, outputs_ = 0;
};

// Walks through the modules of a TorchScript archive. Their code is never read: containers other
// than a Sequential are followed only where they have one child, since only code knows the order.
class StructureWalk {
 public:
  explicit StructureWalk(Chain& chain) : chain_(chain) {}

  void walk(const json& module, const std::string& path, int depth = 0) {
    if (!module.is_object() || depth > kDeepest) Chain::fail(path, "its description is damaged");
    const std::string type = shortType(module);
    if (addKnown(type, module, path)) return;
    const std::vector<std::pair<std::string, const json*>> children = childrenOf(module, path);
    if (children.empty() || (type != "Sequential" && children.size() > 1)) {
      throw Error(kUnknownLayer, {{"type", type}, {"known", kKnown}, {"name", path}});
    }
    for (const auto& [name, child] : children) walk(*child, joined(path, name), depth + 1);
  }

 private:
  bool addKnown(const std::string& type, const json& module, const std::string& path) {
    if (type == "Dropout" || type == "Identity") return true;
    if (type == "Linear") {
      chain_.addLinear(path, tensorName(module, "weight", path), optionalTensor(module, "bias"));
    } else if (type == "BatchNorm1d") {
      const json epsilon = attribute(module, "eps");
      chain_.addBatchNorm(path, tensorName(module, "running_mean", path),
                          tensorName(module, "running_var", path), optionalTensor(module, "weight"),
                          optionalTensor(module, "bias"),
                          epsilon.is_number() ? epsilon.get<double>() : 1e-5);
    } else if (type == "ReLU") {
      chain_.addActivation(Layer::Type::relu);
    } else if (type == "Sigmoid") {
      chain_.addActivation(Layer::Type::sigmoid);
    } else if (type == "Tanh") {
      chain_.addActivation(Layer::Type::tanh);
    } else if (type == "GELU") {
      const bool rough = attribute(module, "approximate") == "tanh";
      chain_.addActivation(rough ? Layer::Type::gelu_tanh : Layer::Type::gelu);
    } else {
      return false;
    }
    return true;
  }

  // In the order of a Sequential: by number where all names are numbers.
  static std::vector<std::pair<std::string, const json*>> childrenOf(const json& module,
                                                                     const std::string& path) {
    std::vector<std::pair<std::string, const json*>> children;
    const auto found = module.find("children");
    if (found == module.end() || !found->is_object()) return children;
    for (const auto& [name, child] : found->items()) children.emplace_back(name, &child);
    const bool numbered = std::all_of(children.begin(), children.end(), [](const auto& child) {
      return wholeNumber(child.first).has_value();
    });
    if (numbered) {
      std::sort(children.begin(), children.end(), [](const auto& a, const auto& b) {
        return wholeNumber(a.first) < wholeNumber(b.first);
      });
    } else if (children.size() > 1) {
      Chain::fail(path, "the order of its named layers is not known");
    }
    return children;
  }

  static json attribute(const json& module, const char* name) {
    const auto attributes = module.find("attributes");
    if (attributes == module.end() || !attributes->is_object()) return nullptr;
    const auto found = attributes->find(name);
    return found == attributes->end() ? json(nullptr) : *found;
  }

  static std::optional<std::string> optionalTensor(const json& module, const char* name) {
    const json value = attribute(module, name);
    if (!value.is_object() || !value.contains("tensor") || !value["tensor"].is_string()) {
      return std::nullopt;
    }
    return value["tensor"].get<std::string>();
  }

  static std::string tensorName(const json& module, const char* name, const std::string& path) {
    const auto found = optionalTensor(module, name);
    if (!found) Chain::fail(path, fmt::format("it has no {}", name));
    return *found;
  }

  Chain& chain_;
};

// The tensors of one layer in a state_dict: all whose names agree up to the last dot.
struct NamedLayer {
  std::string name;
  std::vector<std::string> members;  // "weight", "bias", ...

  bool has(std::string_view member) const {
    return std::find(members.begin(), members.end(), member) != members.end();
  }
  std::string tensor(std::string_view member) const { return joined(name, std::string(member)); }
  std::optional<std::string> maybe(std::string_view member) const {
    return has(member) ? std::optional(tensor(member)) : std::nullopt;
  }
  // The number at the end of the name: place 2 of "layers.2".
  std::optional<long> place() const { return wholeNumber(std::string_view(name).substr(stem())); }
  std::size_t stem() const {
    const std::size_t dot = name.rfind('.');
    return dot == name.npos ? 0 : dot + 1;
  }
};

std::vector<NamedLayer> namedLayers(const Checkpoint& checkpoint) {
  std::vector<NamedLayer> layers;
  for (const Checkpoint::Entry& entry : checkpoint.entries()) {
    const std::size_t dot = entry.name.rfind('.');
    const std::string prefix = dot == entry.name.npos ? "" : entry.name.substr(0, dot);
    const std::string member = dot == entry.name.npos ? entry.name : entry.name.substr(dot + 1);
    const auto found = std::find_if(layers.begin(), layers.end(),
                                    [&](const NamedLayer& layer) { return layer.name == prefix; });
    (found == layers.end() ? layers.emplace_back(NamedLayer{prefix, {}}) : *found)
        .members.push_back(member);
  }
  return layers;
}

bool numberedAlike(const std::vector<NamedLayer>& layers) {
  return std::all_of(layers.begin(), layers.end(), [&](const NamedLayer& layer) {
    return layer.place() &&
           layer.name.substr(0, layer.stem()) == layers[0].name.substr(0, layers[0].stem());
  });
}

Layer::Type hiddenActivation(const Checkpoint& checkpoint, const Context& context) {
  const json& metadata = checkpoint.metadata();
  if (metadata.is_object() && metadata.contains("activation")) {
    for (const Layer::Type type : {Layer::Type::relu, Layer::Type::tanh, Layer::Type::sigmoid,
                                   Layer::Type::gelu, Layer::Type::gelu_tanh}) {
      if (metadata["activation"] == name(type)) return type;
    }
  }
  context.warn("The file does not say what lies between its layers: ReLU is assumed");
  return Layer::Type::relu;
}

// Where numbers leave a gap between two linear layers something stood, and where names are no
// numbers something is assumed to.
void addNamedLayers(const Checkpoint& checkpoint, Chain& chain, const Context& context) {
  std::vector<NamedLayer> layers = namedLayers(checkpoint);
  if (layers.empty()) Chain::fail("", "it holds no tensors");
  const bool numbered = numberedAlike(layers);
  if (numbered) {
    std::stable_sort(layers.begin(), layers.end(), [](const NamedLayer& a, const NamedLayer& b) {
      return a.place() < b.place();
    });
  }
  std::optional<Layer::Type> activation;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const NamedLayer& layer = layers[i];
    const bool gap = !numbered || (i > 0 && *layer.place() > *layers[i - 1].place() + 1);
    if (i > 0 && gap && (numbered || !layer.has("running_mean"))) {
      if (!activation) activation = hiddenActivation(checkpoint, context);
      chain.addActivation(*activation);
    }
    if (layer.has("running_mean") && layer.has("running_var")) {
      chain.addBatchNorm(layer.name, layer.tensor("running_mean"), layer.tensor("running_var"),
                         layer.maybe("weight"), layer.maybe("bias"), 1e-5);
    } else if (layer.has("weight") && layer.members.size() <= 2 &&
               (layer.members.size() == 1 || layer.has("bias"))) {
      chain.addLinear(layer.name, layer.tensor("weight"), layer.maybe("bias"));
    } else {
      throw Error(kUnknownLayer,
                  {{"type", fmt::format("unknown (tensor '{}')", layer.tensor(layer.members[0]))},
                   {"known", kKnown},
                   {"name", layer.name}});
    }
  }
}

// What `scalers` says, or nothing scaled.
struct Scaling {
  std::vector<Feature> features;
  std::string target = "output";
  std::string target_unit;
  std::vector<double> input_mean, input_scale, target_mean, target_scale;
};

[[noreturn]] void scalersFail(const std::string& what) {
  throw Error(kScalers, {{"what", what}});
}

void addScaler(const Table& table, std::size_t row, Scaling& scaling) {
  const std::string role = table.require("role").text(row);
  const std::string name = table.require("name").text(row);
  const double mean = table.require("mean").number(row);
  const double scale = table.require("scale").number(row);
  if (!std::isfinite(mean) || !std::isfinite(scale) || scale == 0) {
    scalersFail(
        fmt::format("row {} ('{}') has no finite mean and scale other than 0", row + 1, name));
  }
  const auto unit_column = table.find("unit");
  const std::string unit = unit_column ? table.column(*unit_column).text(row) : "";
  if (role == "input") {
    scaling.features.push_back({name, unit, {}});
    scaling.input_mean.push_back(mean);
    scaling.input_scale.push_back(scale);
  } else if (role == "output") {
    if (scaling.target_mean.empty()) {
      scaling.target = name;
      scaling.target_unit = unit;
    }
    scaling.target_mean.push_back(mean);
    scaling.target_scale.push_back(scale);
  } else {
    scalersFail(fmt::format("row {} has the role '{}'", row + 1, role));
  }
}

Scaling scalingOf(const std::optional<Table>& table, std::size_t inputs, std::size_t outputs) {
  Scaling scaling;
  if (table) {
    for (const char* column : {"name", "role", "mean", "scale"}) {
      if (!table->find(column)) scalersFail(fmt::format("the column '{}' is missing", column));
    }
    for (std::size_t row = 0; row < table->rows(); ++row) addScaler(*table, row, scaling);
    if (scaling.features.size() != inputs || scaling.target_mean.size() != outputs) {
      scalersFail(fmt::format("they are for {} inputs and {} outputs, the network has {} and {}",
                              scaling.features.size(), scaling.target_mean.size(), inputs,
                              outputs));
    }
    return scaling;
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    scaling.features.push_back({fmt::format("x{}", i + 1), "", {}});
  }
  scaling.input_mean.assign(inputs, 0);
  scaling.input_scale.assign(inputs, 1);
  scaling.target_mean.assign(outputs, 0);
  scaling.target_scale.assign(outputs, 1);
  return scaling;
}

}  // namespace

Model mlpFromCheckpoint(const Checkpoint& checkpoint, const std::optional<Table>& scalers,
                        const Context& context) {
  Chain chain(checkpoint);
  const nlohmann::json& structure = checkpoint.structure();
  if (structure.is_object() && !structure.contains("nodes")) {  // modules, no graph of operators
    StructureWalk(chain).walk(structure, "");
  } else {
    addNamedLayers(checkpoint, chain, context);
  }
  if (chain.inputs() == 0) Chain::fail("", "it has no layer with weights");
  const Scaling scaling = scalingOf(scalers, chain.inputs(), chain.outputs());
  const std::uint64_t inputs = chain.inputs(), outputs = chain.outputs();

  Model model{"mlp",          1,  scaling.features, scaling.target, scaling.target_unit,
              json::object(), {}, nullptr};
  storeLayers(chain.layers(), model);
  model.tensors["input.mean"] = Tensor::of({inputs}, scaling.input_mean);
  model.tensors["input.scale"] = Tensor::of({inputs}, scaling.input_scale);
  model.tensors["target.mean"] = Tensor::of({outputs}, scaling.target_mean);
  model.tensors["target.scale"] = Tensor::of({outputs}, scaling.target_scale);
  model.predictor = mlpPredictor(model);
  return model;
}

}  // namespace lineament::nets
