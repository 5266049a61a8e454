// SPDX-License-Identifier: GPL-3.0-or-later
// Mamba and Mamba-2 (see mamba_mixer.h): x += mixer(rmsNorm(x)) and nothing else, a head tied to
// the embedding. Names as in the authors' files ("backbone.embedding") and the transformers
// library's
// ("backbone.embeddings"), whose configurations differ, too.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/language/architectures.h"
#include "core/language/mamba_mixer.h"
#include "core/language/weights.h"

namespace lineament::language {

namespace {

std::string embeddingName(const Checkpoint& checkpoint) {
  return checkpoint.find("backbone.embedding.weight") ? "embedding.weight" : "embeddings.weight";
}

std::vector<float> negativeExponentials(std::vector<float> values) {
  for (float& value : values) value = -std::exp(value);
  return values;
}

class MambaLoader {
 public:
  explicit MambaLoader(const Checkpoint& checkpoint)
      : configuration_(checkpoint.configuration()),
        kind_(word(configuration_, {"model_type"}, "mamba")),
        checkpoint_(checkpoint),
        embedding_(embeddingName(checkpoint)),
        weights_(checkpoint, embedding_, {"backbone.", "model.", ""}),
        width_(wholeNumber(configuration_, {{"hidden_size", "d_model"}, {}})),
        channels_(wholeNumber(configuration_,
                              {{"intermediate_size"},
                               static_cast<std::int64_t>(realNumber(configuration_, {"expand"}, 2) *
                                                         double(width_))})),
        states_(
            wholeNumber(configuration_, {{"state_size"}, kind_ == "mamba2" ? 128 : 16, 1, 256})),
        epsilon_(static_cast<float>(
            realNumber(configuration_, {"layer_norm_epsilon", "norm_eps"}, 1e-5))) {}

  LoadedModel load() {
    ModelParts parts;
    // The authors' files round the vocabulary up without saying so.
    std::size_t vocabulary = wholeNumber(configuration_, {{"vocab_size"}, {}});
    if (const auto shape = weights_.shape(embedding_); shape && shape->size() == 2) {
      const std::size_t rounded = (vocabulary + 15) / 16 * 16;
      if (shape->front() > vocabulary && shape->front() <= rounded) vocabulary = shape->front();
    }
    const bool second = kind_ == "mamba2";
    parts.description = {kind_, second ? "Mamba-2" : "Mamba", width_, vocabulary, 0, false, true};
    parts.embedding = weights_.matrix(embedding_, vocabulary, width_);
    const std::size_t layers = wholeNumber(configuration_, {{"num_hidden_layers", "n_layer"}, {}});
    for (std::size_t i = 0; i < layers; ++i) {
      const std::string layer = fmt::format("layers.{}.", i);
      std::shared_ptr<const Sublayer> mixer;
      if (second) {
        mixer = secondMixer(layer + "mixer.");
      } else {
        mixer = firstMixer(layer + "mixer.");
      }
      parts.layers.push_back({{Residual{norm(layer + "norm"), false, std::move(mixer)}}});
    }
    parts.final_norm = norm("norm_f");
    Weights top(checkpoint_, "lm_head.weight", {""});
    parts.head = top.has("lm_head.weight") ? top.matrix("lm_head.weight", vocabulary, width_)
                                           : parts.embedding;
    weights_.check();
    top.check();
    return {std::nullopt, LanguageModel(std::move(parts)), weights_.unused()};
  }

 private:
  Norm norm(const std::string& name) {
    return {Norm::Type::rms, weights_.numbers(name + ".weight", {width_}), {}, epsilon_};
  }

  std::string biasOf(const std::string& name) const {
    return weights_.has(name + ".bias") ? name + ".bias" : std::string();
  }

  WeightMatrix linear(const std::string& name, std::size_t outputs, std::size_t inputs) {
    return weights_.matrix(name + ".weight", outputs, inputs, biasOf(name));
  }

  CausalConvolution convolution(const std::string& name, std::size_t channels) {
    const std::size_t taps = wholeNumber(configuration_, {{"conv_kernel", "conv_size"}, 4, 1, 64});
    std::vector<float> weights = weights_.numbers(name + ".weight", {channels, 1, taps});
    std::vector<float> bias;
    if (weights_.has(name + ".bias")) bias = weights_.numbers(name + ".bias", {channels});
    if (weights.empty()) return {};
    return CausalConvolution(std::move(weights), channels, std::move(bias), true);
  }

  std::shared_ptr<const Sublayer> firstMixer(const std::string& name) {
    MambaMixerSettings settings;
    settings.channels = channels_;
    settings.states = states_;
    settings.rank = stepRank();
    settings.in = linear(name + "in_proj", 2 * channels_, width_);
    settings.parameters = linear(name + "x_proj", settings.rank + 2 * states_, channels_);
    settings.step =
        weights_.matrix(name + "dt_proj.weight", channels_, settings.rank, name + "dt_proj.bias");
    settings.out = linear(name + "out_proj", width_, channels_);
    settings.convolution = convolution(name + "conv1d", channels_);
    settings.rates = negativeExponentials(weights_.numbers(name + "A_log", {channels_, states_}));
    settings.skip = weights_.numbers(name + "D", {channels_});
    return std::make_shared<const MambaMixer>(std::move(settings));
  }

  // "auto", or left out: a sixteenth of the width.
  std::size_t stepRank() const {
    const auto given = configuration_.find("time_step_rank");
    const bool automatic = given == configuration_.end() || !given->is_number();
    return automatic ? wholeNumber(configuration_,
                                   {{"dt_rank"}, static_cast<std::int64_t>((width_ + 15) / 16)})
                     : wholeNumber(configuration_, {{"time_step_rank"}, {}});
  }

  std::shared_ptr<const Sublayer> secondMixer(const std::string& name) {
    Mamba2MixerSettings settings;
    settings.size = wholeNumber(configuration_, {{"head_dim", "headdim"}, 64});
    settings.heads = wholeNumber(
        configuration_, {{"num_heads"}, static_cast<std::int64_t>(channels_ / settings.size)});
    settings.states = states_;
    settings.groups = wholeNumber(configuration_, {{"n_groups", "ngroups"}, 1});
    const std::size_t channels = settings.heads * settings.size;
    if (settings.heads % settings.groups != 0) {
      unsupported(kind_,
                  fmt::format("{} heads cannot share {} groups", settings.heads, settings.groups));
    }
    const std::size_t convolved = channels + 2 * settings.groups * states_;
    settings.in = linear(name + "in_proj", channels + convolved + settings.heads, width_);
    settings.out = linear(name + "out_proj", width_, channels);
    settings.convolution = convolution(name + "conv1d", convolved);
    settings.rates = negativeExponentials(weights_.numbers(name + "A_log", {settings.heads}));
    settings.skip = weights_.numbers(name + "D", {settings.heads});
    settings.step_bias = weights_.numbers(name + "dt_bias", {settings.heads});
    settings.norm = {
        Norm::Type::rms, weights_.numbers(name + "norm.weight", {channels}), {}, epsilon_};
    // Often [0, infinity], which JSON has no number for.
    const auto limit = configuration_.find("time_step_limit");
    if (limit != configuration_.end() && limit->is_array() && limit->size() == 2) {
      if ((*limit)[0].is_number()) settings.shortest_step = (*limit)[0].get<double>();
      if ((*limit)[1].is_number()) settings.longest_step = (*limit)[1].get<double>();
    }
    return std::make_shared<const Mamba2Mixer>(std::move(settings));
  }

  const nlohmann::json& configuration_;
  std::string kind_;
  const Checkpoint& checkpoint_;
  std::string embedding_;
  Weights weights_;
  std::size_t width_, channels_, states_;
  float epsilon_;
};

}  // namespace

LoadedModel loadMamba(const Checkpoint& checkpoint) {
  return MambaLoader(checkpoint).load();
}

}  // namespace lineament::language
