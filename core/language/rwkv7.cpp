// SPDX-License-Identifier: GPL-3.0-or-later
// RWKV-7 (see rwkv7_mixer.h) by the names of its authors' files (github.com/BlinkDL/RWKV-LM,
// RWKV-v7; x070), which come without a configuration: every size is that of a tensor; and by those
// of the flash linear attention project (github.com/fla-org/flash-linear-attention,
// fla/models/rwkv7), where small maps are stored [outputs, inputs].
//   x = ln0(emb[id]);  x += att(ln1 x);  x += ffn(ln2 x);  logits = head(ln_out x)
#include <fmt/format.h>

#include "core/language/architectures.h"
#include "core/language/rwkv7_mixer.h"
#include "core/language/rwkv_mixer.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

constexpr const char* kKind = "rwkv7";

struct Names {
  const char* embedding;
  const char* final_norm;
  const char* head;
  const char* layer;           // in front of the following, {} the number
  const char* embedding_norm;  // of the first layer
  const char* mixing_norm;
  const char* forward_norm;
  const char* mixing;
  const char* receptance;
  const char* key;
  const char* value;
  const char* output;
  const char* norm;
  bool low_rank_modules;  // "w_lora.lora.0.weight" for "w1"
};

constexpr Names kAuthors{"emb",  "ln_out",     "head", "blocks.{}.", "ln0",    "ln1",  "ln2",
                         "att.", "receptance", "key",  "value",      "output", "ln_x", false};
constexpr Names kFla{"embeddings", "norm",     "lm_head", "layers.{}.", "pre_norm",
                     "attn_norm",  "ffn_norm", "attn.",   "r_proj",     "k_proj",
                     "v_proj",     "o_proj",   "g_norm",  true};

class Rwkv7Loader {
 public:
  explicit Rwkv7Loader(const Checkpoint& checkpoint)
      : checkpoint_(checkpoint),
        names_(checkpoint.find("blocks.0.att.r_k") ? kAuthors : kFla),
        weights_(checkpoint, std::string(names_.embedding) + ".weight", {"model.", ""}) {
    vocabulary_ = size(std::string(names_.embedding) + ".weight", 0);
    width_ = size(std::string(names_.embedding) + ".weight", 1);
    heads_ = size(layer(0) + names_.mixing + "r_k", 0);
    hidden_ = size(layer(0) + "ffn.key.weight", 0);
    if (width_ % heads_ != 0) {
      unsupported(kKind, fmt::format("{} numbers cannot be cut into {} heads", width_, heads_));
    }
    const nlohmann::json& configuration = checkpoint.configuration();
    if (!configuration.is_object()) return;
    const auto attention = configuration.find("attn");
    if (attention != configuration.end() && !attention->is_null()) {
      unsupported(kKind, "some of its layers are of another kind ('attn')");
    }
    epsilon_ = static_cast<float>(realNumber(configuration, {"norm_eps"}, 1e-5));
  }

  LoadedModel load() {
    ModelParts parts;
    parts.description = {kKind, "RWKV-7", width_, vocabulary_, 0, false, true};
    parts.embedding = linear(names_.embedding, vocabulary_, width_);
    if (weights_.has(layer(0) + names_.embedding_norm + ".weight")) {
      parts.embedding_norm = norm(layer(0) + names_.embedding_norm);
    }
    for (std::size_t i = 0; weights_.has(layer(i) + names_.mixing_norm + ".weight"); ++i) {
      parts.layers.push_back(
          {{{norm(layer(i) + names_.mixing_norm), false, timeMix(i)},
            {norm(layer(i) + names_.forward_norm), false, channelMix(layer(i) + "ffn.")}}});
    }
    parts.final_norm = norm(names_.final_norm);
    Weights top(checkpoint_, std::string(names_.head) + ".weight", {""});
    parts.head = top.matrix(std::string(names_.head) + ".weight", vocabulary_, width_);
    weights_.check();
    top.check();
    return {std::nullopt, LanguageModel(std::move(parts)), unusedBy({&weights_, &top})};
  }

 private:
  std::string layer(std::size_t index) const {
    return fmt::format(fmt::runtime(names_.layer), index);
  }

  std::size_t size(const std::string& name, std::size_t dimension) const {
    const auto shape = weights_.shape(name);
    if (shape && dimension < shape->size() && (*shape)[dimension] > 0) return (*shape)[dimension];
    unsupported(kKind, "it has no tensor '" + name + "', of which its sizes are taken");
  }

  Norm norm(const std::string& name) {
    return {Norm::Type::layer, weights_.numbers(name + ".weight", {width_}),
            weights_.numbers(name + ".bias", {width_}), epsilon_};
  }

  // A number for each channel, [width] or [1, 1, width].
  std::vector<float> channels(const std::string& name) {
    const auto shape = weights_.shape(name);
    if (shape && shape->size() == 1) return weights_.numbers(name, {width_});
    return weights_.numbers(name, {1, 1, width_});
  }

  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs);
  }

  Rwkv7Settings::LowRank lowRank(const std::string& mixing, char letter, bool biased) {
    if (names_.low_rank_modules) {
      const std::string name = fmt::format("{}{}_lora.lora.", mixing, letter);
      const std::size_t rank = size(name + "0.weight", 0);
      return {linear(name + "0", rank, width_),
              weights_.matrix(name + "2.weight", width_, rank, biased ? name + "2.bias" : "")};
    }
    const std::string name = mixing + letter;
    const std::size_t rank = size(name + "1", 1);
    constexpr auto kLayout = WeightMatrix::Layout::inputs_first;
    WeightMatrix up = weights_.matrix(name + "2", width_, rank, {}, kLayout);
    if (biased) up = up.withBias(channels(name + "0"));
    return {weights_.matrix(name + "1", rank, width_, {}, kLayout), std::move(up)};
  }

  std::shared_ptr<const Sublayer> timeMix(std::size_t index) {
    const std::string name = layer(index) + names_.mixing;
    Rwkv7Settings s;
    s.width = width_;
    s.heads = heads_;
    constexpr const char* kMixNames[] = {"x_r", "x_w", "x_k", "x_v", "x_a", "x_g"};
    for (std::size_t m = 0; m < s.mix.size(); ++m) s.mix[m] = channels(name + kMixNames[m]);
    s.decay = lowRank(name, 'w', true);
    s.rate = lowRank(name, 'a', true);
    s.gate = lowRank(name, 'g', false);
    if (index > 0) s.value_share = lowRank(name, 'v', true);
    s.removal = channels(name + "k_k");
    s.replacement = channels(name + "k_a");
    s.bonus = weights_.numbers(name + "r_k", {heads_, width_ / heads_});
    s.receptance = linear(name + names_.receptance, width_, width_);
    s.key = linear(name + names_.key, width_, width_);
    s.value = linear(name + names_.value, width_, width_);
    s.output = linear(name + names_.output, width_, width_);
    s.norm_weight = weights_.numbers(name + names_.norm + ".weight", {width_});
    s.norm_bias = weights_.numbers(name + names_.norm + ".bias", {width_});
    // The authors' is for heads of 64 channels and stays so for others.
    if (names_.low_rank_modules) {
      s.norm_epsilon = epsilon_ * static_cast<float>(width_ / heads_);
    }
    return std::make_shared<const Rwkv7TimeMix>(std::move(s));
  }

  std::shared_ptr<const Sublayer> channelMix(const std::string& name) {
    ChannelMix::Settings s;
    s.width = width_;
    s.mix_key = channels(name + "x_k");
    s.key = linear(name + "key", hidden_, width_);
    s.value = linear(name + "value", width_, hidden_);
    return std::make_shared<const ChannelMix>(std::move(s));
  }

  const Checkpoint& checkpoint_;
  const Names& names_;
  Weights weights_;
  std::size_t vocabulary_ = 0, width_ = 0, heads_ = 0, hidden_ = 0;
  float epsilon_ = 1e-5F;
};

}  // namespace

LoadedModel loadRwkv7(const Checkpoint& checkpoint) {
  return Rwkv7Loader(checkpoint).load();
}

}  // namespace lineament::language
