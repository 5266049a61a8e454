// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gguf_configuration.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

namespace lineament::io {

namespace {

using nlohmann::json;

class Translation {
 public:
  Translation(const json& keys, const std::vector<Checkpoint::Entry>& tensors, std::string kind)
      : keys_(keys), tensors_(tensors), kind_(std::move(kind)) {}

  json configuration() {
    out_["model_type"] = kind_;
    if (kind_ == "llama" || kind_ == "qwen2" || kind_ == "mistral" || kind_ == "mistral3") llama();
    if (kind_ == "gpt2") gpt2();
    if (kind_ == "bert") bert();
    if (kind_ == "t5") t5();
    if (kind_ == "mamba") mamba();
    return std::move(out_);
  }

 private:
  // Pairs of the library's term and the key behind "llama.".
  using Terms = std::initializer_list<std::pair<const char*, const char*>>;

  const json* find(const std::string& key) const {
    const auto found = keys_.find(kind_ + "." + key);
    return found == keys_.end() ? nullptr : &*found;
  }

  void translate(const Terms& terms) {
    for (const auto& [term, key] : terms) {
      if (const json* value = find(key)) out_[term] = *value;
    }
  }

  const Checkpoint::Entry* tensor(std::string_view name) const {
    const auto at = std::ranges::find(tensors_, name, &Checkpoint::Entry::name);
    return at == tensors_.end() ? nullptr : &*at;
  }

  // Of a table with a row for each of what is counted; where there is none, `key` says it.
  void rows(const char* term, std::string_view name, const char* key = nullptr) {
    const Checkpoint::Entry* table = tensor(name);
    if (table && table->shape.size() == 2) {
      out_[term] = table->shape.front();
    } else if (key) {
      translate({{term, key}});
    }
  }

  void vocabulary() { rows("vocab_size", "token_embd.weight", "vocab_size"); }
  // A head that is the embedding again is not stored; a file of a vocabulary alone says nothing.
  void tied() {
    if (!tensors_.empty()) out_["tie_word_embeddings"] = tensor("output.weight") == nullptr;
  }

  void llama() {
    translate({{"hidden_size", "embedding_length"},
               {"intermediate_size", "feed_forward_length"},
               {"num_hidden_layers", "block_count"},
               {"num_attention_heads", "attention.head_count"},
               {"num_key_value_heads", "attention.head_count"},  // where they are not fewer
               {"num_key_value_heads", "attention.head_count_kv"},
               {"head_dim", "attention.key_length"},
               {"max_position_embeddings", "context_length"},
               {"rms_norm_eps", "attention.layer_norm_rms_epsilon"},
               {"rope_theta", "rope.freq_base"},
               {"sliding_window", "attention.sliding_window"},
               {"num_local_experts", "expert_count"},
               {"num_experts_per_tok", "expert_used_count"}});
    if (kind_ == "llama" && find("expert_count")) out_["model_type"] = "mixtral";
    if (kind_ == "mistral3") out_["model_type"] = "mistral";
    out_["hidden_act"] = "silu";
    vocabulary();
    tied();
    turned();
    scaling();
  }

  // Heads of which a part is not rotated.
  void turned() {
    const json* turned = find("rope.dimension_count");
    const double head = headSize();
    if (!turned || !turned->is_number() || head == 0) return;
    const double share = turned->get<double>() / head;
    if (share != 1) out_["partial_rotary_factor"] = share;
  }

  double headSize() const {
    const auto number = [&](const char* term) {
      const auto found = out_.find(term);
      return found != out_.end() && found->is_number() ? found->get<double>() : 0;
    };
    if (const double head = number("head_dim")) return head;
    const double heads = number("num_attention_heads");
    return heads > 0 ? number("hidden_size") / heads : 0;
  }

  void scaling() {
    json scaling = json::object();
    const auto put = [&](const char* term, const char* key) {
      if (const json* value = find(key)) scaling[term] = *value;
    };
    put("factor", "rope.scale_linear");  // of older files, without a type
    if (!scaling.empty()) scaling["rope_type"] = "linear";
    put("rope_type", "rope.scaling.type");
    put("factor", "rope.scaling.factor");
    put("attention_factor", "rope.scaling.attn_factor");
    put("original_max_position_embeddings", "rope.scaling.original_context_length");
    const auto type = scaling.find("rope_type");
    if (type != scaling.end() && *type != "none") out_["rope_scaling"] = std::move(scaling);
  }

  void gpt2() {
    translate({{"n_embd", "embedding_length"},
               {"n_inner", "feed_forward_length"},
               {"n_layer", "block_count"},
               {"n_head", "attention.head_count"},
               {"layer_norm_epsilon", "attention.layer_norm_epsilon"}});
    out_["activation_function"] = "gelu_new";
    rows("n_positions", "position_embd.weight", "context_length");
    vocabulary();
    tied();
  }

  void bert() {
    translate({{"hidden_size", "embedding_length"},
               {"intermediate_size", "feed_forward_length"},
               {"num_hidden_layers", "block_count"},
               {"num_attention_heads", "attention.head_count"},
               {"layer_norm_eps", "attention.layer_norm_epsilon"}});
    out_["hidden_act"] = "gelu";
    rows("max_position_embeddings", "position_embd.weight", "context_length");
    rows("type_vocab_size", "token_types.weight");
    vocabulary();
  }

  void t5() {
    translate({{"d_model", "embedding_length"},
               {"d_ff", "feed_forward_length"},
               {"d_kv", "attention.key_length"},
               {"num_layers", "block_count"},
               {"num_decoder_layers", "decoder_block_count"},
               {"num_heads", "attention.head_count"},
               {"relative_attention_num_buckets", "attention.relative_buckets_count"},
               {"layer_norm_epsilon", "attention.layer_norm_epsilon"},
               {"layer_norm_epsilon", "attention.layer_norm_rms_epsilon"},
               {"decoder_start_token_id", "decoder_start_token_id"}});
    if (!tensors_.empty()) {
      out_["feed_forward_proj"] = tensor("enc.blk.0.ffn_gate.weight") ? "gated-gelu" : "relu";
    }
    vocabulary();
    tied();
  }

  void mamba() {
    translate({{"hidden_size", "embedding_length"},
               {"num_hidden_layers", "block_count"},
               {"intermediate_size", "ssm.inner_size"},
               {"conv_kernel", "ssm.conv_kernel"},
               {"state_size", "ssm.state_size"},
               {"time_step_rank", "ssm.time_step_rank"},
               {"layer_norm_epsilon", "attention.layer_norm_rms_epsilon"}});
    out_["hidden_act"] = "silu";
    vocabulary();
    tied();
  }

  const json& keys_;
  const std::vector<Checkpoint::Entry>& tensors_;
  std::string kind_;
  json out_ = json::object();
};

}  // namespace

nlohmann::json ggufConfiguration(const nlohmann::json& keys,
                                 const std::vector<Checkpoint::Entry>& tensors) {
  const auto kind = keys.find("general.architecture");
  if (kind == keys.end() || !kind->is_string()) return nullptr;
  return Translation(keys, tensors, kind->get<std::string>()).configuration();
}

}  // namespace lineament::io
