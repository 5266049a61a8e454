// SPDX-License-Identifier: GPL-3.0-or-later
// T5 and its later forms (Raffel et al. 2020, "Exploring the limits of transfer learning with a
// unified text-to-text transformer"; tensor names of the transformers library): an encoder and a
// decoder of pre-norm layers without biases, scores without 1 / sqrt(size), and one table of
// relative positions a stack (attention.h). The head is the embedding's, then scaled by
// 1 / sqrt(width), unless it is untied (v1.1).
#include <fmt/format.h>

#include <cmath>

#include "core/language/architectures.h"
#include "core/language/attention.h"
#include "core/language/feed_forward.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

// The two ways in which these tensors are named; {} is the number of a layer.
struct StackNames {
  const char* self;  // in front of the maps' names
  const char* self_norm;
  const char* bias;
  const char* cross;
  const char* cross_norm;
  const char* forward;  // in front of the maps' names
  const char* forward_norm;
  const char* final_norm;
};
struct Names {
  const char* embedding;
  const char* head;
  const char* gate;
  const char* gated_up;
  const char* up;
  const char* down;
  StackNames encoder, decoder;
};

constexpr Names kTransformers{
    "shared",
    "lm_head",
    "wi_0",
    "wi_1",
    "wi",
    "wo",
    {"encoder.block.{}.layer.0.SelfAttention.", "encoder.block.{}.layer.0.layer_norm",
     "encoder.block.0.layer.0.SelfAttention.relative_attention_bias", "", "",
     "encoder.block.{}.layer.1.DenseReluDense.", "encoder.block.{}.layer.1.layer_norm",
     "encoder.final_layer_norm"},
    {"decoder.block.{}.layer.0.SelfAttention.", "decoder.block.{}.layer.0.layer_norm",
     "decoder.block.0.layer.0.SelfAttention.relative_attention_bias",
     "decoder.block.{}.layer.1.EncDecAttention.", "decoder.block.{}.layer.1.layer_norm",
     "decoder.block.{}.layer.2.DenseReluDense.", "decoder.block.{}.layer.2.layer_norm",
     "decoder.final_layer_norm"}};
constexpr Names kGguf{
    "token_embd",
    "output",
    "gate",
    "up",
    "up",
    "down",
    {"enc.blk.{}.attn_", "enc.blk.{}.attn_norm", "enc.blk.0.attn_rel_b", "", "", "enc.blk.{}.ffn_",
     "enc.blk.{}.ffn_norm", "enc.output_norm"},
    {"dec.blk.{}.attn_", "dec.blk.{}.attn_norm", "dec.blk.0.attn_rel_b", "dec.blk.{}.cross_attn_",
     "dec.blk.{}.cross_attn_norm", "dec.blk.{}.ffn_", "dec.blk.{}.ffn_norm", "dec.output_norm"}};

std::string numbered(const char* name, std::size_t layer) {
  return fmt::format(fmt::runtime(name), layer);
}

class T5Loader {
 public:
  explicit T5Loader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        kind_(word(configuration_, {"model_type"}, "t5")),
        names_(checkpoint.find("token_embd.weight") ? kGguf : kTransformers),
        weights_(checkpoint, std::string(names_.embedding) + ".weight",
                 {"", "transformer.", "model."}),
        width_(wholeNumber(configuration_, {{"d_model"}, {}})),
        size_(wholeNumber(configuration_, {{"d_kv"}, {}})),
        heads_(wholeNumber(configuration_, {{"num_heads"}, {}})),
        hidden_(wholeNumber(configuration_, {{"d_ff"}, {}})),
        vocabulary_(wholeNumber(configuration_, {{"vocab_size"}, {}})),
        epsilon_(static_cast<float>(realNumber(configuration_, {"layer_norm_epsilon"}, 1e-6))) {
    // "relu", or "gated-gelu", which means the tanh form.
    std::string forward = word(configuration_, {"feed_forward_proj"}, "relu");
    gated_ = forward.starts_with("gated-");
    if (gated_) forward = forward.substr(6);
    if (gated_ && forward == "gelu") forward = "gelu_new";
    activation_ = activationOf(forward, kind_);
  }

  LoadedModel load() {
    const std::size_t layers = wholeNumber(configuration_, {{"num_layers"}, {}});
    const std::size_t decoder_layers =
        wholeNumber(configuration_, {{"num_decoder_layers"}, static_cast<std::int64_t>(layers)});
    const WeightMatrix embedding =
        weights_.matrix(std::string(names_.embedding) + ".weight", vocabulary_, width_);
    ModelParts encoder = stack(names_.encoder, layers, false);
    ModelParts decoder = stack(names_.decoder, decoder_layers, true);
    encoder.embedding = decoder.embedding = embedding;
    // Newer configurations call every head tied; an unscaled one with weights is its own.
    const bool tied = flag(configuration_, "tie_word_embeddings", true) &&
                      flag(configuration_, "scale_decoder_outputs", true);
    const std::string head = std::string(names_.head) + ".weight";
    const bool own = !tied && weights_.has(head);
    decoder.head = own ? weights_.matrix(head, vocabulary_, width_) : embedding;
    if (flag(configuration_, "scale_decoder_outputs", tied)) {
      decoder.head_scale = static_cast<float>(1 / std::sqrt(static_cast<double>(width_)));
    }
    weights_.check();
    return {LanguageModel(std::move(encoder)), LanguageModel(std::move(decoder)),
            weights_.unused()};
  }

 private:
  Norm norm(const std::string& name) {
    return {Norm::Type::rms, weights_.numbers(name + ".weight", {width_}), {}, epsilon_};
  }

  ModelParts stack(const StackNames& names, std::size_t layers, bool decodes) {
    ModelParts parts;
    parts.description = {kind_, "T5", width_, vocabulary_, 0, false, decodes};
    const std::shared_ptr<const RelativeBias> bias = relativeBias(names.bias, !decodes);
    for (std::size_t i = 0; i < layers; ++i) {
      Layer layer;
      layer.residuals.push_back(
          attention(numbered(names.self, i), numbered(names.self_norm, i), decodes, bias));
      if (decodes) {
        layer.residuals.push_back(
            attention(numbered(names.cross, i), numbered(names.cross_norm, i), false, nullptr));
        layer.residuals.back().to_encoder = true;
      }
      layer.residuals.push_back(
          forward(numbered(names.forward, i), numbered(names.forward_norm, i)));
      parts.layers.push_back(std::move(layer));
    }
    parts.final_norm = norm(names.final_norm);
    return parts;
  }

  std::shared_ptr<const RelativeBias> relativeBias(const std::string& name, bool both_ways) {
    auto bias = std::make_shared<RelativeBias>();
    bias->buckets = wholeNumber(configuration_, {{"relative_attention_num_buckets"}, 32, 4});
    bias->longest = wholeNumber(configuration_, {{"relative_attention_max_distance"}, 128, 2});
    bias->both_ways = both_ways;
    bias->table = weights_.numbers(name + ".weight", {bias->buckets, heads_});
    return bias;
  }

  Residual attention(const std::string& maps, const std::string& own_norm, bool causal,
                     std::shared_ptr<const RelativeBias> bias) {
    const std::size_t inner = heads_ * size_;
    AttentionSettings settings;
    settings.width = width_;
    settings.heads = settings.kv_heads = heads_;
    settings.size = size_;
    settings.scale = 1;
    settings.causal = causal;
    settings.bias = std::move(bias);
    settings.query = weights_.matrix(maps + "q.weight", inner, width_);
    settings.key = weights_.matrix(maps + "k.weight", inner, width_);
    settings.value = weights_.matrix(maps + "v.weight", inner, width_);
    settings.output = weights_.matrix(maps + "o.weight", width_, inner);
    return {norm(own_norm), false, std::make_shared<const AttentionSublayer>(std::move(settings))};
  }

  Residual forward(const std::string& maps, const std::string& own_norm) {
    const auto map = [&](const char* name, std::size_t outputs, std::size_t inputs) {
      return weights_.matrix(maps + name + ".weight", outputs, inputs);
    };
    WeightMatrix gate;
    if (gated_) gate = map(names_.gate, hidden_, width_);
    WeightMatrix up = map(gated_ ? names_.gated_up : names_.up, hidden_, width_);
    return {norm(own_norm), false,
            std::make_shared<const FeedForward>(
                activation_, std::move(up), map(names_.down, width_, hidden_), std::move(gate))};
  }

  const nlohmann::json& configuration_;
  std::string kind_;
  const Names& names_;
  Weights weights_;
  std::size_t width_, size_, heads_, hidden_, vocabulary_;
  float epsilon_;
  bool gated_ = false;
  Activation activation_ = Activation::relu;
};

}  // namespace

LoadedModel loadT5(const Checkpoint& checkpoint) {
  return T5Loader(checkpoint).load();
}

}  // namespace lineament::language
