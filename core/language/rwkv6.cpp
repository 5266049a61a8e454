// SPDX-License-Identifier: GPL-3.0-or-later
// RWKV-6 from its authors' files (see rwkv_mixer.h), which come without a configuration: every size
// is that of a tensor.
//   x = ln0(emb[id]);  x += att(ln1 x);  x += ffn(ln2 x);  logits = head(ln_out x)
#include <fmt/format.h>

#include "core/language/architectures.h"
#include "core/language/rwkv_mixer.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

constexpr float kEpsilon = 1e-5F;
constexpr std::array kMixNames{"w", "k", "v", "r", "g"};

class Rwkv6Loader {
 public:
  explicit Rwkv6Loader(const Checkpoint& checkpoint) : weights_(checkpoint, "emb.weight", {""}) {
    vocabulary_ = size("emb.weight", 0);
    width_ = size("emb.weight", 1);
    heads_ = size("blocks.0.att.time_faaaa", 0);
    rank_ = size("blocks.0.att.time_maa_w2", 1);
    decay_rank_ = size("blocks.0.att.time_decay_w1", 1);
    hidden_ = size("blocks.0.ffn.key.weight", 0);
    if (width_ % heads_ != 0) {
      unsupported("rwkv6", fmt::format("{} numbers cannot be cut into {} heads", width_, heads_));
    }
  }

  LoadedModel load() {
    ModelParts parts;
    parts.description = {"rwkv6", "RWKV-6", width_, vocabulary_, 0, false, true};
    parts.embedding = weights_.matrix("emb.weight", vocabulary_, width_);
    parts.embedding_norm = norm("blocks.0.ln0");
    for (std::size_t i = 0; weights_.has(fmt::format("blocks.{}.ln1.weight", i)); ++i) {
      const std::string block = fmt::format("blocks.{}.", i);
      parts.layers.push_back({{{norm(block + "ln1"), false, timeMix(block + "att.")},
                               {norm(block + "ln2"), false, channelMix(block + "ffn.")}}});
    }
    parts.final_norm = norm("ln_out");
    parts.head = weights_.matrix("head.weight", vocabulary_, width_);
    weights_.check();
    return {std::nullopt, LanguageModel(std::move(parts)), weights_.unused()};
  }

 private:
  std::size_t size(const std::string& name, std::size_t dimension) const {
    const auto shape = weights_.shape(name);
    if (shape && dimension < shape->size() && (*shape)[dimension] > 0) return (*shape)[dimension];
    unsupported("rwkv6", "it has no tensor '" + name + "', of which its sizes are taken");
  }

  Norm norm(const std::string& name) {
    return {Norm::Type::layer, weights_.numbers(name + ".weight", {width_}),
            weights_.numbers(name + ".bias", {width_}), kEpsilon};
  }

  std::vector<float> channels(const std::string& name) {
    return weights_.numbers(name, {1, 1, width_});
  }

  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs);
  }
  WeightMatrix transposed(const std::string& name, std::size_t inputs, std::size_t outputs) {
    return weights_.matrix(name, outputs, inputs, {}, WeightMatrix::Layout::inputs_first);
  }

  std::shared_ptr<const Sublayer> timeMix(const std::string& name) {
    TimeMixSettings s;
    s.width = width_;
    s.heads = heads_;
    s.mix_all = channels(name + "time_maa_x");
    s.mix_down = transposed(name + "time_maa_w1", width_, TimeMixSettings::kMixes * rank_);
    const std::vector<float> ups =
        weights_.numbers(name + "time_maa_w2", {TimeMixSettings::kMixes, rank_, width_});
    for (std::size_t m = 0; m < kMixNames.size(); ++m) {
      s.mix[m] = channels(name + "time_maa_" + kMixNames[m]);
      if (ups.empty()) continue;
      const auto from = ups.begin() + static_cast<std::ptrdiff_t>(m * rank_ * width_);
      s.mix_up[m] = WeightMatrix(
          Tensor::of({rank_, width_},
                     std::vector<float>(from, from + static_cast<std::ptrdiff_t>(rank_ * width_))),
          {}, WeightMatrix::Layout::inputs_first);
    }
    s.decay = channels(name + "time_decay");
    s.decay_down = transposed(name + "time_decay_w1", width_, decay_rank_);
    s.decay_up = transposed(name + "time_decay_w2", decay_rank_, width_);
    s.bonus = weights_.numbers(name + "time_faaaa", {heads_, width_ / heads_});
    s.receptance = linear(name + "receptance", width_, width_);
    s.key = linear(name + "key", width_, width_);
    s.value = linear(name + "value", width_, width_);
    s.gate = linear(name + "gate", width_, width_);
    s.output = linear(name + "output", width_, width_);
    s.norm_weight = weights_.numbers(name + "ln_x.weight", {width_});
    s.norm_bias = weights_.numbers(name + "ln_x.bias", {width_});
    return std::make_shared<const TimeMix>(std::move(s));
  }

  std::shared_ptr<const Sublayer> channelMix(const std::string& name) {
    ChannelMix::Settings s;
    s.width = width_;
    s.mix_key = channels(name + "time_maa_k");
    s.mix_receptance = channels(name + "time_maa_r");
    s.key = linear(name + "key", hidden_, width_);
    s.receptance = linear(name + "receptance", width_, width_);
    s.value = linear(name + "value", width_, hidden_);
    return std::make_shared<const ChannelMix>(std::move(s));
  }

  Weights weights_;
  std::size_t vocabulary_ = 0, width_ = 0, heads_ = 0, rank_ = 0, decay_rank_ = 0, hidden_ = 0;
};

}  // namespace

LoadedModel loadRwkv6(const Checkpoint& checkpoint) {
  return Rwkv6Loader(checkpoint).load();
}

}  // namespace lineament::language
