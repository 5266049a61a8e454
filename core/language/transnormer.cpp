// SPDX-License-Identifier: GPL-3.0-or-later
// TransNormerLLM (see transnormer_mixer.h; names and configuration of the published checkpoints,
// huggingface.co/OpenNLPLab, and of the authors' code, github.com/OpenNLPLab/TransnormerLLM):
//   x = sqrt(width) emb[id];  x += mixer(norm x);  x += l3(l1(norm x) * l2(norm x))
// norm(x) = x / sqrt(mean(x^2) + 1e-6) has no weights. Head h of layer l forgets at the rate
// s_h (1 - l / (layers - 1) + 1e-5), s_h being ALiBi's slope.
#include <fmt/format.h>

#include <cmath>

#include "core/language/architectures.h"
#include "core/language/transnormer_mixer.h"
#include "core/language/weights.h"
#include "core/sequence/lightning.h"

namespace lineament::language {

namespace {

constexpr const char* kKind = "transnormer";

class TransNormerLoader {
 public:
  explicit TransNormerLoader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        checkpoint_(checkpoint),
        weights_(checkpoint, "embed_tokens.weight", {"model.", ""}),
        width_(wholeNumber(configuration_, {{"decoder_embed_dim"}, {}})),
        channels_(wholeNumber(configuration_, {{"hidden_dim"}, static_cast<std::int64_t>(width_)})),
        heads_(wholeNumber(configuration_, {{"decoder_attention_heads"}, {}})),
        layers_(wholeNumber(configuration_, {{"decoder_layers"}, {}})),
        activation_(activationOf(word(configuration_, {"linear_act_fun"}, "silu"), kKind)) {
    if (channels_ % heads_ != 0) {
      unsupported(kKind, fmt::format("{} numbers cannot be cut into {} heads", channels_, heads_));
    }
    const std::string norm = word(configuration_, {"norm_type"}, "simplermsnorm");
    if (norm != "simplermsnorm") unsupported(kKind, "its norm_type is '" + norm + "'");
  }

  LoadedModel load() {
    ModelParts parts;
    const std::size_t vocabulary = wholeNumber(configuration_, {{"vocab_size"}, {}});
    parts.description = {kKind, "TransNormer", width_, vocabulary, 0, false, true};
    parts.embedding = weights_.matrix("embed_tokens.weight", vocabulary, width_);
    if (!flag(configuration_, "no_scale_embedding", false)) {
      parts.embedding_scale = std::sqrt(static_cast<float>(width_));
    }
    for (std::size_t i = 0; i < layers_; ++i) {
      const std::string layer = fmt::format("layers.{}.", i);
      parts.layers.push_back({{{norm(), false, mixer(layer + "token_mixer.", i)},
                               {norm(), false, forward(layer + "channel_mixer.")}}});
    }
    parts.final_norm = norm();
    Weights top(checkpoint_, "lm_head.weight", {""});
    parts.head = top.has("lm_head.weight") ? top.matrix("lm_head.weight", vocabulary, width_)
                                           : parts.embedding;
    weights_.check();
    top.check();
    return {std::nullopt, LanguageModel(std::move(parts)), unusedBy({&weights_, &top})};
  }

 private:
  static Norm norm() { return {Norm::Type::rms, {}, {}, 1e-6F}; }

  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs,
                           flag(configuration_, "bias", false) ? name + ".bias" : std::string());
  }

  std::shared_ptr<const Sublayer> mixer(const std::string& name, std::size_t index) {
    TransNormerSettings s;
    s.heads = heads_;
    s.size = channels_ / heads_;
    s.activation = activation_;
    s.norm = norm();
    if (const WeightMatrix all = linear(name + "qkvu_proj", 4 * channels_, width_)) {
      s.query = all.part(0, channels_);
      s.key = all.part(channels_, channels_);
      s.value = all.part(2 * channels_, channels_);
      s.gate = all.part(3 * channels_, channels_);
    }
    s.output = linear(name + "out_proj", width_, channels_);
    if (weights_.has(name + "lrpe.theta")) {
      s.angles = weights_.numbers(name + "lrpe.theta", {heads_, 1, s.size});
    }
    const double depth =
        layers_ > 1 ? static_cast<double>(index) / static_cast<double>(layers_ - 1) : 0;
    for (std::size_t head = 0; head < heads_; ++head) {
      const double slope = sequence::linearBiasSlope(static_cast<std::int64_t>(head),
                                                     static_cast<std::int64_t>(heads_));
      s.decays.push_back(static_cast<float>(-slope * (1 - depth + 1e-5)));
    }
    return std::make_shared<const TransNormerMixer>(std::move(s));
  }

  std::shared_ptr<const Sublayer> forward(const std::string& name) {
    std::size_t hidden = wholeNumber(configuration_, {{"glu_dim"}, -1, -1});
    if (hidden == static_cast<std::size_t>(-1)) hidden = width_;
    return std::make_shared<const FeedForward>(
        Activation::none, linear(name + "l1", hidden, width_), linear(name + "l3", width_, hidden),
        linear(name + "l2", hidden, width_));
  }

  const nlohmann::json& configuration_;
  const Checkpoint& checkpoint_;
  Weights weights_;
  std::size_t width_, channels_, heads_, layers_;
  Activation activation_;
};

}  // namespace

LoadedModel loadTransNormer(const Checkpoint& checkpoint) {
  return TransNormerLoader(checkpoint).load();
}

}  // namespace lineament::language
