// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/data/checkpoint.h"
#include "core/io/named_tensors.h"

namespace lineament::language {

// Weights that anyone can make again: element n of the m-th tensor is 0.3 sin(0.7 n + 1.3 m), one
// more where it scales a norm.
class TinyCheckpoint {
 public:
  TinyCheckpoint& add(const std::string& name, std::vector<std::uint64_t> shape,
                      bool scales_norm = false) {
    std::uint64_t count = 1;
    for (const std::uint64_t size : shape) count *= size;
    std::vector<float> values;
    for (std::uint64_t n = 0; n < count; ++n) {
      const double value =
          0.3 * std::sin(0.7 * static_cast<double>(n) + 1.3 * static_cast<double>(tensors_.size()));
      values.push_back(static_cast<float>(value + (scales_norm ? 1 : 0)));
    }
    tensors_.emplace_back(name, Tensor::of(std::move(shape), std::move(values)));
    return *this;
  }

  Checkpoint with(nlohmann::json configuration) const {
    return io::checkpointOf(tensors_).withConfiguration(std::move(configuration));
  }

  io::NamedTensors& tensors() { return tensors_; }

 private:
  io::NamedTensors tensors_;
};

inline nlohmann::json tinyBertConfiguration() {
  return {{"model_type", "bert"},         {"vocab_size", 8},          {"hidden_size", 4},
          {"num_hidden_layers", 1},       {"num_attention_heads", 2}, {"intermediate_size", 6},
          {"max_position_embeddings", 6}, {"hidden_act", "gelu"}};
}

inline TinyCheckpoint tinyBert() {
  TinyCheckpoint tiny;
  tiny.add("embeddings.word_embeddings.weight", {8, 4})
      .add("embeddings.position_embeddings.weight", {6, 4})
      .add("embeddings.token_type_embeddings.weight", {2, 4})
      .add("embeddings.LayerNorm.weight", {4}, true)
      .add("embeddings.LayerNorm.bias", {4});
  const std::string layer = "encoder.layer.0.";
  for (const char* name : {"query", "key", "value"}) {
    tiny.add(layer + "attention.self." + name + ".weight", {4, 4})
        .add(layer + "attention.self." + name + ".bias", {4});
  }
  return tiny.add(layer + "attention.output.dense.weight", {4, 4})
      .add(layer + "attention.output.dense.bias", {4})
      .add(layer + "attention.output.LayerNorm.weight", {4}, true)
      .add(layer + "attention.output.LayerNorm.bias", {4})
      .add(layer + "intermediate.dense.weight", {6, 4})
      .add(layer + "intermediate.dense.bias", {6})
      .add(layer + "output.dense.weight", {4, 6})
      .add(layer + "output.dense.bias", {4})
      .add(layer + "output.LayerNorm.weight", {4}, true)
      .add(layer + "output.LayerNorm.bias", {4});
}

inline nlohmann::json tinyGpt2Configuration() {
  return {{"model_type", "gpt2"}, {"vocab_size", 8},  {"n_embd", 4},       {"n_layer", 1},
          {"n_head", 2},          {"n_positions", 6}, {"n_inner", nullptr}};
}

inline TinyCheckpoint tinyGpt2() {
  TinyCheckpoint tiny;
  return tiny.add("wte.weight", {8, 4})
      .add("wpe.weight", {6, 4})
      .add("h.0.ln_1.weight", {4}, true)
      .add("h.0.ln_1.bias", {4})
      .add("h.0.attn.c_attn.weight", {4, 12})
      .add("h.0.attn.c_attn.bias", {12})
      .add("h.0.attn.c_proj.weight", {4, 4})
      .add("h.0.attn.c_proj.bias", {4})
      .add("h.0.ln_2.weight", {4}, true)
      .add("h.0.ln_2.bias", {4})
      .add("h.0.mlp.c_fc.weight", {4, 16})
      .add("h.0.mlp.c_fc.bias", {16})
      .add("h.0.mlp.c_proj.weight", {16, 4})
      .add("h.0.mlp.c_proj.bias", {4})
      .add("ln_f.weight", {4}, true)
      .add("ln_f.bias", {4});
}

inline nlohmann::json tinyT5Configuration() {
  return {{"model_type", "t5"},
          {"vocab_size", 8},
          {"d_model", 4},
          {"d_kv", 2},
          {"d_ff", 6},
          {"num_layers", 1},
          {"num_heads", 2},
          {"relative_attention_num_buckets", 8},
          {"relative_attention_max_distance", 16},
          {"feed_forward_proj", "relu"}};
}

inline TinyCheckpoint tinyT5() {
  TinyCheckpoint tiny;
  const auto attention = [&](const std::string& prefix) {
    for (const char* name : {"q", "k", "v", "o"}) tiny.add(prefix + "." + name + ".weight", {4, 4});
  };
  tiny.add("shared.weight", {8, 4});
  attention("encoder.block.0.layer.0.SelfAttention");
  tiny.add("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", {8, 2})
      .add("encoder.block.0.layer.0.layer_norm.weight", {4}, true)
      .add("encoder.block.0.layer.1.DenseReluDense.wi.weight", {6, 4})
      .add("encoder.block.0.layer.1.DenseReluDense.wo.weight", {4, 6})
      .add("encoder.block.0.layer.1.layer_norm.weight", {4}, true)
      .add("encoder.final_layer_norm.weight", {4}, true);
  attention("decoder.block.0.layer.0.SelfAttention");
  tiny.add("decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", {8, 2})
      .add("decoder.block.0.layer.0.layer_norm.weight", {4}, true);
  attention("decoder.block.0.layer.1.EncDecAttention");
  return tiny.add("decoder.block.0.layer.1.layer_norm.weight", {4}, true)
      .add("decoder.block.0.layer.2.DenseReluDense.wi.weight", {6, 4})
      .add("decoder.block.0.layer.2.DenseReluDense.wo.weight", {4, 6})
      .add("decoder.block.0.layer.2.layer_norm.weight", {4}, true)
      .add("decoder.final_layer_norm.weight", {4}, true);
}

}  // namespace lineament::language
