// SPDX-License-Identifier: GPL-3.0-or-later
// Models whose attention is a recurrence over a matrix for each head, with the names that the flash
// linear attention project publishes them under (github.com/fla-org/flash-linear-attention,
// fla/models; huggingface.co/fla-hub): GLA (Yang et al. 2024), DeltaNet (Yang et al. 2024), Gated
// DeltaNet (Yang, Kautz and Hatamizadeh 2024), RetNet (Sun et al. 2023).
//   x += attn(rmsNorm(x)),  x += down(silu(gate(rmsNorm(x))) * up(rmsNorm(x)))
// See linear_mixer.h for attn; o is normalised head by head.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/language/architectures.h"
#include "core/language/linear_mixer.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

using Gates = LinearMixerSettings::Gates;

struct Kind {
  std::string_view type;
  std::string_view mechanism;
  std::string_view title;
  Gates gates;
  double expand_key, expand_value;  // widths over the model's, where the configuration is silent
  bool convolutions;
  bool gated;
  std::int64_t heads;
};
constexpr Kind kKinds[] = {
    {"gla", "gla", "GLA", Gates::channel, 0.5, 1, false, true, 4},
    {"delta_net", "deltanet", "DeltaNet", Gates::beta, 1, 1, true, false, 4},
    {"gated_deltanet", "gated-deltanet", "Gated DeltaNet", Gates::both, 1, 2, true, true, 6},
    {"retnet", "retention", "RetNet", Gates::none, 1, 2, false, true, 8},
};

const Kind& kindOf(const std::string& type) {
  return *std::ranges::find(kKinds, type, &Kind::type);
}

std::size_t share(double factor, std::size_t width) {
  return static_cast<std::size_t>(std::lround(factor * static_cast<double>(width)));
}

class LinearAttentionLoader {
 public:
  explicit LinearAttentionLoader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        type_(word(configuration_, {"model_type"}, "")),
        kind_(kindOf(type_)),
        checkpoint_(checkpoint),
        weights_(checkpoint, "embeddings.weight", {"model.", ""}),
        width_(wholeNumber(configuration_, {{"hidden_size"}, {}})),
        heads_(wholeNumber(configuration_, {{"num_heads"}, kind_.heads})),
        epsilon_(
            static_cast<float>(realNumber(configuration_, {"norm_eps", "rms_norm_eps"}, 1e-6))) {
    sizes();
    refuseOptions();
  }

  LoadedModel load() {
    ModelParts parts;
    const std::size_t vocabulary = wholeNumber(configuration_, {{"vocab_size"}, {}});
    parts.description = {type_, std::string(kind_.title), width_, vocabulary, 0, false, true};
    parts.embedding = weights_.matrix("embeddings.weight", vocabulary, width_);
    const std::size_t layers = wholeNumber(configuration_, {{"num_hidden_layers"}, {}});
    for (std::size_t i = 0; i < layers; ++i) {
      const std::string layer = fmt::format("layers.{}.", i);
      parts.layers.push_back(
          {{{norm(layer + "attn_norm.weight", width_), false, mixer(layer + "attn.")},
            {norm(layer + "mlp_norm.weight", width_), false, forward(layer + "mlp.")}}});
    }
    parts.final_norm = norm("norm.weight", width_);
    Weights top(checkpoint_, "lm_head.weight", {""});
    const bool tied = flag(configuration_, "tie_word_embeddings", false);
    parts.head = !tied && top.has("lm_head.weight")
                     ? top.matrix("lm_head.weight", vocabulary, width_)
                     : parts.embedding;
    weights_.check();
    top.check();
    return {std::nullopt, LanguageModel(std::move(parts)), weights_.unused()};
  }

 private:
  void sizes() {
    if (kind_.gates == Gates::both) {
      key_ = wholeNumber(configuration_, {{"head_dim"}, 256});
      value_ = share(realNumber(configuration_, {"expand_v"}, kind_.expand_value), key_);
      return;
    }
    const double keys = realNumber(configuration_, {"expand_k"}, kind_.expand_key);
    const double values = realNumber(configuration_, {"expand_v"}, kind_.expand_value);
    key_ = share(keys, width_) / heads_;
    value_ = share(values, width_) / heads_;
    if (key_ * heads_ != share(keys, width_) || value_ * heads_ != share(values, width_)) {
      unsupported(type_, fmt::format("its keys or values cannot be cut into {} heads", heads_));
    }
  }

  // What changes the numbers and is not computed here.
  void refuseOptions() const {
    const auto absent = [&](const char* key) {
      const auto at = configuration_.find(key);
      return at == configuration_.end() || at->is_null();
    };
    if (!absent("attn")) unsupported(type_, "some of its layers are of another kind ('attn')");
    if (!absent("feature_map")) unsupported(type_, "its queries and keys go through a feature map");
    const std::string activation = word(configuration_, {"qk_activation"}, "silu");
    if (activation != "silu") unsupported(type_, "its qk_activation is '" + activation + "'");
    const std::string norm = word(configuration_, {"qk_norm"}, "l2");
    if (norm != "l2") unsupported(type_, "its qk_norm is '" + norm + "'");
    const std::size_t kv_heads =
        wholeNumber(configuration_, {{"num_kv_heads"}, static_cast<std::int64_t>(heads_)});
    if (kv_heads != heads_) unsupported(type_, "heads share keys and values");
  }

  Norm norm(const std::string& name, std::size_t width) {
    return {Norm::Type::rms, weights_.numbers(name, {width}), {}, epsilon_};
  }

  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs,
                           weights_.has(name + ".bias") ? name + ".bias" : std::string());
  }

  CausalConvolution convolution(const std::string& name, std::size_t channels) {
    if (!flag(configuration_, "use_short_conv", kind_.convolutions)) return {};
    const std::size_t taps = wholeNumber(configuration_, {{"conv_size"}, 4, 1, 64});
    std::vector<float> weights = weights_.numbers(name + ".weight", {channels, 1, taps});
    std::vector<float> bias;
    if (weights_.has(name + ".bias")) bias = weights_.numbers(name + ".bias", {channels});
    if (weights.empty()) return {};
    return CausalConvolution(std::move(weights), channels, std::move(bias), true);
  }

  std::shared_ptr<const Sublayer> mixer(const std::string& name) {
    LinearMixerSettings s;
    s.mechanism = kind_.mechanism;
    s.gates = kind_.gates;
    s.heads = heads_;
    s.key = key_;
    s.value = value_;
    const std::size_t keys = heads_ * key_, values = heads_ * value_;
    s.query = linear(name + "q_proj", keys, width_);
    s.keys = linear(name + "k_proj", keys, width_);
    s.values = linear(name + "v_proj", values, width_);
    s.output = linear(name + "o_proj", width_, values);
    s.query_convolution = convolution(name + "q_conv1d", keys);
    s.key_convolution = convolution(name + "k_conv1d", keys);
    s.value_convolution = convolution(name + "v_conv1d", values);
    gates(name, s);
    outputGate(name, s);
    return std::make_shared<const LinearMixer>(std::move(s));
  }

  void gates(const std::string& name, LinearMixerSettings& s) {
    const bool delta = s.gates == Gates::beta || s.gates == Gates::both;
    if (delta) {
      s.unit_keys = true;
      s.activated = true;
      s.beta = linear(name + "b_proj", heads_, width_);
      s.negative_eigenvalues = flag(configuration_, "allow_neg_eigval", false);
    }
    if (s.gates == Gates::both) {
      s.decay = linear(name + "a_proj", heads_, width_);
      s.log_rates = weights_.numbers(name + "A_log", {heads_});
      s.decay_bias = weights_.numbers(name + "dt_bias", {heads_});
    } else if (s.gates == Gates::channel) {
      constexpr std::size_t kRank = 16;
      s.gate_down = linear(name + "gk_proj.0", kRank, width_);
      s.gate_up = linear(name + "gk_proj.1", heads_ * key_, kRank);
      s.lowest_gate = realNumber(configuration_, {"clamp_min"}, 0);
    } else if (s.gates == Gates::none) {
      // Rates 1 - 2^(-5 - h), positions turned by halves.
      for (std::size_t head = 0; head < heads_; ++head) {
        s.decays.push_back(
            static_cast<float>(std::log1p(-std::exp2(-5.0 - static_cast<double>(head)))));
      }
      s.rotary = Rotary::of(key_, 10000, Rotary::Pairs::halves);
    }
  }

  // The norm behind the recurrence goes by three names, as it is made in one step with the gate.
  void outputGate(const std::string& name, LinearMixerSettings& s) {
    for (const char* each : {"g_norm_swish_gate", "o_norm", "g_norm"}) {
      const std::string full = name + each + ".weight";
      if (!weights_.has(full) && each != std::string_view("g_norm")) continue;
      if (weights_.has(full) || flag(configuration_, "elementwise_affine", true)) {
        s.norm = norm(full, value_);
      } else {
        s.norm = {Norm::Type::rms, {}, {}, epsilon_};
      }
      break;
    }
    if (flag(configuration_,
             kind_.gates == Gates::both || kind_.gates == Gates::beta ? "use_gate"
                                                                      : "use_output_gate",
             kind_.gated)) {
      s.gate = linear(name + "g_proj", heads_ * value_, width_);
      s.gate_activation = activationOf(word(configuration_, {"gate_fn"}, "swish"), type_);
    }
  }

  std::shared_ptr<const Sublayer> forward(const std::string& name) {
    std::size_t hidden = 0;
    // Files before 2025 have gate and up in one matrix.
    const auto shape = weights_.shape(name + "down_proj.weight");
    if (shape && shape->size() == 2) hidden = (*shape)[1];
    if (hidden == 0) hidden = wholeNumber(configuration_, {{"intermediate_size"}, {}});
    const Activation activation =
        activationOf(word(configuration_, {"hidden_act"}, "swish"), type_);
    WeightMatrix gate, up;
    if (weights_.has(name + "up_proj.weight")) {
      gate = linear(name + "gate_proj", hidden, width_);
      up = linear(name + "up_proj", hidden, width_);
    } else {
      const WeightMatrix both = linear(name + "gate_proj", 2 * hidden, width_);
      if (both) {
        gate = both.part(0, hidden);
        up = both.part(hidden, hidden);
      }
    }
    return std::make_shared<const FeedForward>(
        activation, std::move(up), linear(name + "down_proj", width_, hidden), std::move(gate));
  }

  const nlohmann::json& configuration_;
  std::string type_;
  const Kind& kind_;
  const Checkpoint& checkpoint_;
  Weights weights_;
  std::size_t width_, heads_;
  float epsilon_;
  std::size_t key_ = 0, value_ = 0;
};

}  // namespace

LoadedModel loadLinearAttention(const Checkpoint& checkpoint) {
  return LinearAttentionLoader(checkpoint).load();
}

}  // namespace lineament::language
