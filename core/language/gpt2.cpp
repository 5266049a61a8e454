// SPDX-License-Identifier: GPL-3.0-or-later
// GPT-2 (Radford et al. 2019, "Language models are unsupervised multitask learners"; tensor names
// of the transformers library):
//   x = wte[id] + wpe[position];  x += c_proj(attention(ln_1 x));  x += c_proj(gelu(c_fc(ln_2 x)))
// with the tanh form of GELU, layer norms with biases, a head tied to the embedding, and linear
// maps stored [inputs, outputs], in GGUF [outputs, inputs] as everyone else's.
#include <fmt/format.h>

#include <cmath>

#include "core/language/architectures.h"
#include "core/language/attention.h"
#include "core/language/feed_forward.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

// The two ways in which these tensors are named and stored.
struct Names {
  const char* embedding;
  const char* positions;
  const char* final_norm;
  const char* head;
  const char* layer;  // in front of the following, {} the number
  const char* attention_norm;
  const char* joined;
  const char* output;
  const char* forward_norm;
  const char* up;
  const char* down;
  WeightMatrix::Layout layout;
};

constexpr Names kTransformers{"wte",         "wpe",         "ln_f",
                              "lm_head",     "h.{}.",       "ln_1",
                              "attn.c_attn", "attn.c_proj", "ln_2",
                              "mlp.c_fc",    "mlp.c_proj",  WeightMatrix::Layout::inputs_first};
constexpr Names kGguf{"token_embd", "position_embd", "output_norm",
                      "output",     "blk.{}.",       "attn_norm",
                      "attn_qkv",   "attn_output",   "ffn_norm",
                      "ffn_up",     "ffn_down",      WeightMatrix::Layout::outputs_first};

class Gpt2Loader {
 public:
  explicit Gpt2Loader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        checkpoint_(checkpoint),
        names_(checkpoint.find("token_embd.weight") ? kGguf : kTransformers),
        weights_(checkpoint, std::string(names_.embedding) + ".weight", {"transformer.", ""}),
        width_(wholeNumber(configuration_, {{"n_embd", "hidden_size"}, {}})),
        heads_(wholeNumber(configuration_, {{"n_head", "num_attention_heads"}, {}})),
        hidden_(wholeNumber(configuration_, {{"n_inner", "intermediate_size"},
                                             static_cast<std::int64_t>(4 * width_)})),
        epsilon_(static_cast<float>(realNumber(configuration_, {"layer_norm_epsilon"}, 1e-5))) {
    if (width_ % heads_ != 0) {
      unsupported("gpt2", fmt::format("{} numbers cannot be cut into {} heads", width_, heads_));
    }
  }

  LoadedModel load() {
    const std::size_t vocabulary = wholeNumber(configuration_, {{"vocab_size"}, {}});
    const std::size_t positions =
        wholeNumber(configuration_, {{"n_positions", "n_ctx", "max_position_embeddings"}, 1024});
    ModelParts parts;
    parts.description = {"gpt2", "GPT-2", width_, vocabulary, positions, true, true};
    parts.embedding = matrix(weights_, names_.embedding, vocabulary);
    parts.positions = matrix(weights_, names_.positions, positions);
    const std::size_t layers = wholeNumber(configuration_, {{"n_layer", "num_hidden_layers"}, {}});
    for (std::size_t i = 0; i < layers; ++i) {
      const std::string layer = fmt::format(fmt::runtime(names_.layer), i);
      parts.layers.push_back({{attention(layer, i), forward(layer)}});
    }
    parts.final_norm = norm(names_.final_norm);
    const std::string head = std::string(names_.head) + ".weight";
    Weights top(checkpoint_, head, {""});
    parts.head = top.has(head) ? matrix(top, names_.head, vocabulary) : parts.embedding;
    weights_.check();
    top.check();
    return {std::nullopt, LanguageModel(std::move(parts)), unusedBy({&weights_, &top})};
  }

 private:
  Norm norm(const std::string& name) {
    return {Norm::Type::layer, weights_.numbers(name + ".weight", {width_}),
            weights_.numbers(name + ".bias", {width_}), epsilon_};
  }

  // A row for each of `rows`, in any layout.
  WeightMatrix matrix(Weights& weights, const std::string& name, std::size_t rows) const {
    return weights.matrix(name + ".weight", rows, width_);
  }

  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs, name + ".bias", names_.layout);
  }

  Residual attention(const std::string& layer, std::size_t index) {
    AttentionSettings settings;
    settings.width = width_;
    settings.heads = settings.kv_heads = heads_;
    settings.size = width_ / heads_;
    settings.scale = flag(configuration_, "scale_attn_weights", true)
                         ? 1 / std::sqrt(static_cast<double>(settings.size))
                         : 1;
    if (flag(configuration_, "scale_attn_by_inverse_layer_idx", false)) {
      settings.scale /= static_cast<double>(index + 1);
    }
    if (const WeightMatrix joined = linear(layer + names_.joined, 3 * width_, width_)) {
      settings.query = joined.part(0, width_);
      settings.key = joined.part(width_, width_);
      settings.value = joined.part(2 * width_, width_);
    }
    settings.output = linear(layer + names_.output, width_, width_);
    return {norm(layer + names_.attention_norm), false,
            std::make_shared<const AttentionSublayer>(std::move(settings))};
  }

  Residual forward(const std::string& layer) {
    const Activation activation =
        activationOf(word(configuration_, {"activation_function"}, "gelu_new"), "gpt2");
    return {
        norm(layer + names_.forward_norm), false,
        std::make_shared<const FeedForward>(activation, linear(layer + names_.up, hidden_, width_),
                                            linear(layer + names_.down, width_, hidden_))};
  }

  const nlohmann::json& configuration_;
  const Checkpoint& checkpoint_;
  const Names& names_;
  Weights weights_;
  std::size_t width_, heads_, hidden_;
  float epsilon_;
};

}  // namespace

LoadedModel loadGpt2(const Checkpoint& checkpoint) {
  return Gpt2Loader(checkpoint).load();
}

}  // namespace lineament::language
