// SPDX-License-Identifier: GPL-3.0-or-later
// Llama and what is built alike (Touvron et al. 2023, "LLaMA: open and efficient foundation
// language models"; Jiang et al. 2023, "Mistral 7B"; Yang et al. 2024, "Qwen2 technical report"):
//   x += attention(rmsNorm(x)),  x += down(silu(gate(rmsNorm(x))) * up(rmsNorm(x)))
// with rotated queries and keys (rotary.h), grouped queries (attention.h), no biases but Qwen2's
// on queries, keys and values.
#include <fmt/format.h>

#include <cmath>

#include "core/language/architectures.h"
#include "core/language/attention.h"
#include "core/language/feed_forward.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

// The three ways in which these tensors are named.
struct Names {
  const char* embedding;
  const char* final_norm;
  const char* head;
  const char* layer;  // in front of the following, {} the number
  const char* attention_norm;
  const char* query;
  const char* key;
  const char* value;
  const char* output;
  const char* forward_norm;
  const char* gate;
  const char* up;
  const char* down;
  Rotary::Pairs pairs;
};

constexpr Names kTransformers{"embed_tokens",     "norm",
                              "lm_head",          "layers.{}.",
                              "input_layernorm",  "self_attn.q_proj",
                              "self_attn.k_proj", "self_attn.v_proj",
                              "self_attn.o_proj", "post_attention_layernorm",
                              "mlp.gate_proj",    "mlp.up_proj",
                              "mlp.down_proj",    Rotary::Pairs::halves};
constexpr Names kMeta{"tok_embeddings",  "norm",
                      "output",          "layers.{}.",
                      "attention_norm",  "attention.wq",
                      "attention.wk",    "attention.wv",
                      "attention.wo",    "ffn_norm",
                      "feed_forward.w1", "feed_forward.w3",
                      "feed_forward.w2", Rotary::Pairs::neighbours};
constexpr Names kGguf{"token_embd",  "output_norm",
                      "output",      "blk.{}.",
                      "attn_norm",   "attn_q",
                      "attn_k",      "attn_v",
                      "attn_output", "ffn_norm",
                      "ffn_gate",    "ffn_up",
                      "ffn_down",    Rotary::Pairs::neighbours};

Names namesOf(const Checkpoint& checkpoint, const std::string& kind) {
  if (checkpoint.find("tok_embeddings.weight")) return kMeta;
  if (!checkpoint.find("token_embd.weight")) return kTransformers;
  Names names = kGguf;
  // Its writers turn the rows of Llama's and Mistral's weights about, and leave Qwen2's alone.
  if (kind == "qwen2") names.pairs = Rotary::Pairs::halves;
  return names;
}

struct Sizes {
  std::size_t width, hidden, layers, heads, kv_heads, head, vocabulary, positions;
};

Sizes sizesOf(const nlohmann::json& configuration, const std::string& kind) {
  Sizes sizes{};
  sizes.width = wholeNumber(configuration, {{"hidden_size"}, {}});
  sizes.hidden = wholeNumber(configuration, {{"intermediate_size"}, {}});
  sizes.layers = wholeNumber(configuration, {{"num_hidden_layers"}, {}});
  sizes.heads = wholeNumber(configuration, {{"num_attention_heads"}, {}});
  sizes.kv_heads = wholeNumber(configuration, {{"num_key_value_heads"}, sizes.heads});
  sizes.vocabulary = wholeNumber(configuration, {{"vocab_size"}, {}});
  sizes.positions = wholeNumber(configuration, {{"max_position_embeddings"}, 2048});
  sizes.head = wholeNumber(configuration, {{"head_dim"}, sizes.width / sizes.heads});
  if (sizes.head % 2 != 0)
    unsupported(kind, "its heads have an odd width, which cannot be rotated");
  if (sizes.heads % sizes.kv_heads != 0) {
    unsupported(kind, fmt::format("{} heads cannot share {} heads of keys and values", sizes.heads,
                                  sizes.kv_heads));
  }
  return sizes;
}

// How many numbers of a head are rotated.
std::size_t turnedOf(const nlohmann::json& configuration, std::size_t head,
                     const std::string& kind) {
  const double turned =
      static_cast<double>(head) * realNumber(configuration, {"partial_rotary_factor"}, 1);
  if (!(turned >= 2 && turned <= static_cast<double>(head)) || std::fmod(turned, 2) != 0) {
    unsupported(kind, fmt::format("{} of {} numbers of a head would be rotated", turned, head));
  }
  return static_cast<std::size_t>(turned);
}

Rotary rotaryOf(const nlohmann::json& configuration, std::size_t head, Rotary::Pairs pairs,
                const std::string& kind) {
  // Since 2025 the base stands among the settings of the scaling, under a name of their own.
  auto scaling = configuration.find("rope_parameters");
  if (scaling == configuration.end()) scaling = configuration.find("rope_scaling");
  const bool scaled = scaling != configuration.end() && !scaling->is_null();
  if (scaled && !scaling->is_object()) unsupported(kind, "its positions' settings are no list");
  const double base = realNumber(configuration, {"rope_theta"}, 10000);
  Rotary rotary = Rotary::of(turnedOf(configuration, head, kind),
                             scaled ? realNumber(*scaling, {"rope_theta"}, base) : base, pairs);
  if (!scaled) return rotary;
  const std::string type = word(*scaling, {"rope_type", "type"}, "default");
  const double factor = realNumber(*scaling, {"factor"}, 1);
  if (type == "linear") {
    rotary.scaleLinear(factor);
  } else if (type == "llama3") {
    rotary.scaleLlama3(factor, realNumber(*scaling, {"low_freq_factor"}, 1),
                       realNumber(*scaling, {"high_freq_factor"}, 4),
                       realNumber(*scaling, {"original_max_position_embeddings"}, 8192));
  } else if (type != "default") {
    unsupported(kind, "its positions are scaled by '" + type + "'");
  }
  return rotary;
}

// The name with ".bias" where the tensor has one.
std::string biasOf(const Weights& weights, const std::string& name) {
  return weights.has(name + ".bias") ? name + ".bias" : std::string();
}

Norm normOf(Weights& weights, const std::string& name, std::size_t width, float epsilon) {
  return {Norm::Type::rms, weights.numbers(name + ".weight", {width}), {}, epsilon};
}

class LlamaLoader {
 public:
  explicit LlamaLoader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        kind_(word(configuration_, {"model_type"}, "llama")),
        names_(namesOf(checkpoint, kind_)),
        sizes_(sizesOf(configuration_, kind_)),
        epsilon_(static_cast<float>(realNumber(configuration_, {"rms_norm_eps"}, 1e-6))),
        checkpoint_(checkpoint),
        weights_(checkpoint, std::string(names_.embedding) + ".weight", {"model.", ""}) {}

  LoadedModel load() {
    ModelParts parts;
    parts.description = {kind_, "Llama", sizes_.width, sizes_.vocabulary, sizes_.positions,
                         false, true};
    parts.embedding = linear(names_.embedding, sizes_.vocabulary, sizes_.width);
    const Rotary rotary = slowed(rotaryOf(configuration_, sizes_.head, names_.pairs, kind_));
    for (std::size_t i = 0; i < sizes_.layers; ++i) {
      const std::string layer = fmt::format(fmt::runtime(names_.layer), i);
      parts.layers.push_back({{attention(layer, rotary), forward(layer)}});
    }
    parts.final_norm = normOf(weights_, names_.final_norm, sizes_.width, epsilon_);
    Weights top(checkpoint_, std::string(names_.head) + ".weight", {"", "model."});
    const std::string head = std::string(names_.head) + ".weight";
    const bool tied = flag(configuration_, "tie_word_embeddings", false);
    parts.head = !tied && top.has(head) ? top.matrix(head, sizes_.vocabulary, sizes_.width)
                                        : parts.embedding;
    weights_.check();
    top.check();
    return {std::nullopt, LanguageModel(std::move(parts)), unusedBy({&weights_, &top})};
  }

 private:
  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs, biasOf(weights_, name));
  }

  // GGUF keeps Llama 3's scaling of the positions as what each frequency is divided by.
  Rotary slowed(Rotary rotary) {
    const std::string name = "rope_freqs.weight";
    if (!weights_.has(name)) return rotary;
    const std::vector<float> divisors = weights_.numbers(name, {rotary.frequencies.size()});
    for (std::size_t i = 0; i < divisors.size(); ++i) rotary.frequencies[i] /= divisors[i];
    return rotary;
  }

  Residual attention(const std::string& layer, const Rotary& rotary) {
    AttentionSettings settings;
    settings.width = sizes_.width;
    settings.heads = sizes_.heads;
    settings.kv_heads = sizes_.kv_heads;
    settings.size = sizes_.head;
    settings.rotary = rotary;
    if (flag(configuration_, "use_sliding_window", kind_ == "mistral")) {
      settings.window = wholeNumber(configuration_, {{"sliding_window"}, 0, 0});
    }
    const std::size_t query = sizes_.heads * sizes_.head, key = sizes_.kv_heads * sizes_.head;
    settings.query = linear(layer + names_.query, query, sizes_.width);
    settings.key = linear(layer + names_.key, key, sizes_.width);
    settings.value = linear(layer + names_.value, key, sizes_.width);
    settings.output = linear(layer + names_.output, sizes_.width, query);
    return {normOf(weights_, layer + names_.attention_norm, sizes_.width, epsilon_), false,
            std::make_shared<const AttentionSublayer>(std::move(settings))};
  }

  Residual forward(const std::string& layer) {
    const Activation activation = activationOf(word(configuration_, {"hidden_act"}, "silu"), kind_);
    return {normOf(weights_, layer + names_.forward_norm, sizes_.width, epsilon_), false,
            std::make_shared<const FeedForward>(
                activation, linear(layer + names_.up, sizes_.hidden, sizes_.width),
                linear(layer + names_.down, sizes_.width, sizes_.hidden),
                linear(layer + names_.gate, sizes_.hidden, sizes_.width))};
  }

  const nlohmann::json& configuration_;
  std::string kind_;
  Names names_;
  Sizes sizes_;
  float epsilon_;
  const Checkpoint& checkpoint_;
  Weights weights_;
};

}  // namespace

LoadedModel loadLlama(const Checkpoint& checkpoint) {
  return LlamaLoader(checkpoint).load();
}

}  // namespace lineament::language
