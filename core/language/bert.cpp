// SPDX-License-Identifier: GPL-3.0-or-later
// BERT (Devlin, Chang, Lee and Toutanova 2019, "BERT: pre-training of deep bidirectional
// transformers"), MiniLM of the same build, and RoBERTa (Liu et al. 2019), whose positions begin
// behind the padding id. Norms stand behind the residual sums:
//   x = LN(word + position + type);  x = LN(x + attention(x));  x = LN(x + W2 gelu(W1 x))
// GELU by the error function where hidden_act is "gelu". A masked-language head, where the
// checkpoint has one: LN(gelu(W x + b)) word' + bias.
#include <fmt/format.h>

#include <algorithm>

#include "core/language/architectures.h"
#include "core/language/attention.h"
#include "core/language/feed_forward.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

// W x + b and an activation behind it.
class DenseActivation : public Sublayer {
 public:
  DenseActivation(WeightMatrix dense, Activation activation)
      : dense_(std::move(dense)), activation_(activation) {}
  void apply(const float* x, std::size_t tokens, SublayerState*, AttentionTap*, float* out,
             const Context& context) const override {
    dense_.apply(x, tokens, out, context);
    activate(activation_, out, tokens * dense_.outputs(), context);
  }
  std::uint64_t parameters() const override { return dense_.parameters(); }

 private:
  WeightMatrix dense_;
  Activation activation_;
};

// The two ways in which these tensors are named.
struct Names {
  const char* words;
  const char* positions;
  const char* types;
  const char* embedding_norm;
  const char* layer;  // in front of the following, {} the number
  const char* query;
  const char* key;
  const char* value;
  const char* output;
  const char* attention_norm;
  const char* up;
  const char* down;
  const char* forward_norm;
};

constexpr Names kTransformers{"embeddings.word_embeddings",
                              "embeddings.position_embeddings",
                              "embeddings.token_type_embeddings",
                              "embeddings.LayerNorm",
                              "encoder.layer.{}.",
                              "attention.self.query",
                              "attention.self.key",
                              "attention.self.value",
                              "attention.output.dense",
                              "attention.output.LayerNorm",
                              "intermediate.dense",
                              "output.dense",
                              "output.LayerNorm"};
constexpr Names kGguf{"token_embd",       "position_embd",    "token_types", "token_embd_norm",
                      "blk.{}.",          "attn_q",           "attn_k",      "attn_v",
                      "attn_output",      "attn_output_norm", "ffn_up",      "ffn_down",
                      "layer_output_norm"};

class BertLoader {
 public:
  explicit BertLoader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        kind_(word(configuration_, {"model_type"}, "bert")),
        roberta_(kind_ == "roberta"),
        checkpoint_(checkpoint),
        names_(checkpoint.find("token_embd.weight") ? kGguf : kTransformers),
        weights_(checkpoint, std::string(names_.words) + ".weight", {kind_ + ".", ""}),
        width_(wholeNumber(configuration_, {{"hidden_size"}, {}})),
        heads_(wholeNumber(configuration_, {{"num_attention_heads"}, {}})),
        hidden_(wholeNumber(configuration_, {{"intermediate_size"}, {}})),
        activation_(activationOf(word(configuration_, {"hidden_act"}, "gelu"), kind_)),
        epsilon_(static_cast<float>(
            realNumber(configuration_, {"layer_norm_eps"}, roberta_ ? 1e-5 : 1e-12))) {
    if (width_ % heads_ != 0) {
      unsupported(kind_, fmt::format("{} numbers cannot be cut into {} heads", width_, heads_));
    }
    const std::string positions = word(configuration_, {"position_embedding_type"}, "absolute");
    if (positions != "absolute") unsupported(kind_, "its positions are '" + positions + "'");
  }

  LoadedModel load() {
    const std::size_t vocabulary = wholeNumber(configuration_, {{"vocab_size"}, {}});
    const std::size_t rows = wholeNumber(configuration_, {{"max_position_embeddings"}, 512});
    const std::size_t types = wholeNumber(configuration_, {{"type_vocab_size"}, 2});
    ModelParts parts;
    if (roberta_) {
      parts.first_position = wholeNumber(configuration_, {{"pad_token_id"}, 1, 0}) + 1;
    }
    parts.description = {kind_,
                         roberta_ ? "RoBERTa" : "BERT",
                         width_,
                         vocabulary,
                         rows - std::min(rows, parts.first_position),
                         true,
                         false};
    parts.embedding = table(names_.words, vocabulary);
    parts.positions = table(names_.positions, rows);
    parts.token_type = weights_.numbers(std::string(names_.types) + ".weight", {types, width_});
    if (parts.token_type.size() > width_) parts.token_type.resize(width_);  // all of type 0
    parts.embedding_norm = norm(weights_, names_.embedding_norm);
    const std::size_t layers = wholeNumber(configuration_, {{"num_hidden_layers"}, {}});
    for (std::size_t i = 0; i < layers; ++i) {
      const std::string layer = fmt::format(fmt::runtime(names_.layer), i);
      parts.layers.push_back({{attention(layer), forward(layer)}});
    }
    Weights top(checkpoint_, "", {""});
    roberta_ ? robertaHead(top, parts) : bertHead(top, parts);
    weights_.check();
    top.check();
    return {std::nullopt, LanguageModel(std::move(parts)), unusedBy({&weights_, &top})};
  }

 private:
  // Old files call a norm's weight gamma and its bias beta.
  Norm norm(Weights& weights, const std::string& name) {
    const bool old = weights.has(name + ".gamma");
    return {Norm::Type::layer, weights.numbers(name + (old ? ".gamma" : ".weight"), {width_}),
            weights.numbers(name + (old ? ".beta" : ".bias"), {width_}), epsilon_};
  }

  WeightMatrix table(const std::string& name, std::size_t rows) {
    return weights_.matrix(name + ".weight", rows, width_);
  }

  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs, name + ".bias");
  }

  Residual attention(const std::string& layer) {
    AttentionSettings settings;
    settings.width = width_;
    settings.heads = settings.kv_heads = heads_;
    settings.size = width_ / heads_;
    settings.causal = false;
    settings.query = linear(layer + names_.query, width_, width_);
    settings.key = linear(layer + names_.key, width_, width_);
    settings.value = linear(layer + names_.value, width_, width_);
    settings.output = linear(layer + names_.output, width_, width_);
    return {norm(weights_, layer + names_.attention_norm), true,
            std::make_shared<const AttentionSublayer>(std::move(settings))};
  }

  Residual forward(const std::string& layer) {
    return {
        norm(weights_, layer + names_.forward_norm), true,
        std::make_shared<const FeedForward>(activation_, linear(layer + names_.up, hidden_, width_),
                                            linear(layer + names_.down, width_, hidden_))};
  }

  void head(Weights& top, ModelParts& parts, const std::string& dense, const std::string& norm_name,
            const std::string& decoder, const std::string& bias, Activation activation) {
    parts.head_transform = std::make_shared<const DenseActivation>(
        top.matrix(dense + ".weight", width_, width_, dense + ".bias"), activation);
    parts.head_norm = norm(top, norm_name);
    const std::size_t vocabulary = parts.description.vocabulary;
    const std::string tied = weights_.prefix() + names_.words + ".weight";
    parts.head = top.matrix(top.has(decoder) ? decoder : tied, vocabulary, width_, bias);
  }

  void bertHead(Weights& top, ModelParts& parts) {
    if (!top.has("cls.predictions.bias")) return;
    head(top, parts, "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
         "cls.predictions.decoder.weight", "cls.predictions.bias", activation_);
  }

  void robertaHead(Weights& top, ModelParts& parts) {
    if (!top.has("lm_head.bias")) return;
    head(top, parts, "lm_head.dense", "lm_head.layer_norm", "lm_head.decoder.weight",
         "lm_head.bias", Activation::gelu);
  }

  const nlohmann::json& configuration_;
  std::string kind_;
  bool roberta_;
  const Checkpoint& checkpoint_;
  const Names& names_;
  Weights weights_;
  std::size_t width_, heads_, hidden_;
  Activation activation_;
  float epsilon_;
};

}  // namespace

LoadedModel loadBert(const Checkpoint& checkpoint) {
  return BertLoader(checkpoint).load();
}

}  // namespace lineament::language
