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

class T5Loader {
 public:
  explicit T5Loader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        kind_(word(configuration_, {"model_type"}, "t5")),
        weights_(checkpoint, "shared.weight", {"", "transformer.", "model."}),
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
    const WeightMatrix embedding = weights_.matrix("shared.weight", vocabulary_, width_);
    ModelParts encoder = stack("encoder.", layers, false);
    ModelParts decoder = stack("decoder.", decoder_layers, true);
    encoder.embedding = decoder.embedding = embedding;
    // Newer configurations call every head tied; an unscaled one with weights is its own.
    const bool tied = flag(configuration_, "tie_word_embeddings", true) &&
                      flag(configuration_, "scale_decoder_outputs", true);
    const bool own = !tied && weights_.has("lm_head.weight");
    decoder.head = own ? weights_.matrix("lm_head.weight", vocabulary_, width_) : embedding;
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

  ModelParts stack(const std::string& name, std::size_t layers, bool decodes) {
    ModelParts parts;
    parts.description = {kind_, "T5", width_, vocabulary_, 0, false, decodes};
    const std::shared_ptr<const RelativeBias> bias = relativeBias(name, !decodes);
    for (std::size_t i = 0; i < layers; ++i) {
      const std::string block = fmt::format("{}block.{}.layer.", name, i);
      Layer layer;
      layer.residuals.push_back(attention(block + "0", "SelfAttention", decodes, bias));
      if (decodes) {
        layer.residuals.push_back(attention(block + "1", "EncDecAttention", false, nullptr));
        layer.residuals.back().to_encoder = true;
      }
      layer.residuals.push_back(forward(block + (decodes ? "2" : "1")));
      parts.layers.push_back(std::move(layer));
    }
    parts.final_norm = norm(name + "final_layer_norm");
    return parts;
  }

  std::shared_ptr<const RelativeBias> relativeBias(const std::string& stack, bool both_ways) {
    auto bias = std::make_shared<RelativeBias>();
    bias->buckets = wholeNumber(configuration_, {{"relative_attention_num_buckets"}, 32, 4});
    bias->longest = wholeNumber(configuration_, {{"relative_attention_max_distance"}, 128, 2});
    bias->both_ways = both_ways;
    bias->table =
        weights_.numbers(stack + "block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                         {bias->buckets, heads_});
    return bias;
  }

  Residual attention(const std::string& layer, const std::string& name, bool causal,
                     std::shared_ptr<const RelativeBias> bias) {
    const std::string prefix = layer + "." + name + ".";
    const std::size_t inner = heads_ * size_;
    AttentionSettings settings;
    settings.width = width_;
    settings.heads = settings.kv_heads = heads_;
    settings.size = size_;
    settings.scale = 1;
    settings.causal = causal;
    settings.bias = std::move(bias);
    settings.query = weights_.matrix(prefix + "q.weight", inner, width_);
    settings.key = weights_.matrix(prefix + "k.weight", inner, width_);
    settings.value = weights_.matrix(prefix + "v.weight", inner, width_);
    settings.output = weights_.matrix(prefix + "o.weight", width_, inner);
    return {norm(layer + ".layer_norm"), false,
            std::make_shared<const AttentionSublayer>(std::move(settings))};
  }

  Residual forward(const std::string& layer) {
    const std::string prefix = layer + ".DenseReluDense.";
    WeightMatrix gate;
    if (gated_) gate = weights_.matrix(prefix + "wi_0.weight", hidden_, width_);
    WeightMatrix up =
        weights_.matrix(prefix + (gated_ ? "wi_1.weight" : "wi.weight"), hidden_, width_);
    return {norm(layer + ".layer_norm"), false,
            std::make_shared<const FeedForward>(
                activation_, std::move(up), weights_.matrix(prefix + "wo.weight", width_, hidden_),
                std::move(gate))};
  }

  const nlohmann::json& configuration_;
  std::string kind_;
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
