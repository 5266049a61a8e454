// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/lightning.h"

#include <bit>
#include <cmath>

#include "core/base/error.h"
#include "core/sequence/diagonal_mechanism.h"

namespace lineament::sequence {

namespace {

enum Option : std::size_t { kMap, kLayer, kLayers };

constexpr ErrorText kLayerText{"sequence.lightning.layer", "Find the decay of layer {layer}",
                               "there are {layers} layers, counted from 0", "option layer",
                               "Give a layer from 0 to {last}"};

Description describe() {
  Description about;
  about.id = "lightning";
  about.title = "Lightning attention";
  about.summary = "S = exp(-s) S + phi(k)'v, o = phi(q) S: fixed decays from linear biases.";
  about.source = "Qin et al. (2024), Various Lengths, Constant Speed; MiniMax (2025), MiniMax-01";
  about.inputs = attentionInputs();
  about.inputs.push_back(constantDecayInput());
  about.options = {{.id = "feature_map",
                    .fallback = static_cast<double>(FeatureMap::swish),
                    .choices = featureMapNames(),
                    .help = "What queries and keys are put through"},
                   {.id = "layer",
                    .fallback = 0,
                    .lowest = 0,
                    .highest = 9999,
                    .whole = true,
                    .help = "Which layer this is, from 0: later ones forget slower"},
                   {.id = "layers",
                    .fallback = 80,
                    .lowest = 1,
                    .highest = 10000,
                    .whole = true,
                    .help = "How many layers the model has"}};
  return about;
}

class Lightning : public DiagonalMechanism {
 public:
  Lightning() : DiagonalMechanism(describe()) {}

  void check(const Sizes&, const Options& options) const override {
    const std::int64_t layer = options.integer(kLayer), layers = options.integer(kLayers);
    if (layer < layers) return;
    throw Error::usage(kLayerText, {{"layer", layer}, {"layers", layers}, {"last", layers - 1}});
  }

 protected:
  DiagonalRule rule(const Sizes&, const Options& options) const override {
    return {.decay = Decay::constant, .map = static_cast<FeatureMap>(options.integer(kMap))};
  }
  double rate(const Sizes& sizes, const Options& options, std::int64_t head) const override {
    constexpr double kLeast = 1e-5;  // so that the last layer forgets, too
    const double depth =
        options.integer(kLayers) > 1 ? options.real(kLayer) / (options.real(kLayers) - 1) : 0;
    return -linearBiasSlope(head, sizes.heads()) * (1 - depth + kLeast);
  }
};

}  // namespace

double linearBiasSlope(std::int64_t head, std::int64_t heads) {
  const auto power = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(heads)));
  const auto slope = [](std::int64_t index, std::int64_t count) {
    return std::exp2(-8.0 * static_cast<double>(index + 1) / static_cast<double>(count));
  };
  return head < power ? slope(head, power) : slope(2 * (head - power), 2 * power);
}

const Mechanism& lightningAttention() {
  static const Lightning mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
