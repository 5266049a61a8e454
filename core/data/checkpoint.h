// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/data/tensor.h"
#include "core/data/tokenizer_files.h"

namespace lineament {

// Named tensors of a trained model as a file holds them, with whatever configuration came along.
// Listing costs nothing but the names; a tensor's values are made when asked for (mapped where
// the file allows it).
class Checkpoint {
 public:
  struct Entry {
    std::string name;  // dotted path, "encoder.layer.0.attention.weight"
    DType dtype = DType::f32;
    std::vector<std::uint64_t> shape;
    std::uint64_t bytes = 0;
    std::string note;  // "shares its storage with ...", or why the values cannot be had
  };
  // Gives the values of entry `index`; throws Error. Safe to call from several threads.
  using Loader = std::function<Tensor(std::size_t index)>;

  Checkpoint() = default;
  Checkpoint(std::vector<Entry> entries, Loader load,
             nlohmann::json metadata = nlohmann::json::object(),
             nlohmann::json structure = nullptr);

  const std::vector<Entry>& entries() const { return *entries_; }
  std::optional<std::size_t> find(std::string_view name) const;
  Tensor tensor(std::size_t index) const { return (*load_)(index); }
  Tensor tensor(std::string_view name) const;  // Error "checkpoint.no_tensor" when it is not there

  // Free key-value pairs: safetensors' __metadata__, a configuration, what was ignored.
  const nlohmann::json& metadata() const { return *metadata_; }

  // For TorchScript and pickled module trees: nested objects {"type": ..., "children": {...},
  // "order": [names of the children as the file has them], "attributes": {...}}, tensors as
  // {"tensor": name}. For ONNX the graph of operators, without a "type" (core/io/onnx_graph.h).
  // Null otherwise.
  const nlohmann::json& structure() const { return *structure_; }

  // What the network is made of, as a config.json beside the weights says it or as the file's own
  // header does, in the terms of the transformers library ("model_type", "hidden_size", ...). Null
  // where nothing says it.
  const nlohmann::json& configuration() const { return *configuration_; }
  // Empty where the weights came without a vocabulary.
  TokenizerFiles tokenizer() const;

  Checkpoint withConfiguration(nlohmann::json configuration) const;
  Checkpoint withTokenizer(TokenizerLoader load) const;

  std::uint64_t parameterCount() const;  // elements of all floating-point tensors

 private:
  std::shared_ptr<const std::vector<Entry>> entries_ = std::make_shared<std::vector<Entry>>();
  std::shared_ptr<const Loader> load_;
  std::shared_ptr<const nlohmann::json> metadata_ = std::make_shared<nlohmann::json>();
  std::shared_ptr<const nlohmann::json> structure_ = std::make_shared<nlohmann::json>();
  std::shared_ptr<const nlohmann::json> configuration_ = std::make_shared<nlohmann::json>();
  std::shared_ptr<const TokenizerLoader> load_tokenizer_;
};

}  // namespace lineament
