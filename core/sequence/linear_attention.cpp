// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/linear_attention.h"

#include "core/base/error.h"
#include "core/sequence/diagonal_mechanism.h"

namespace lineament::sequence {

namespace {

enum Option : std::size_t { kMap, kNormalise, kScale };

constexpr ErrorText kSigned{
    "sequence.linear.signed", "Divide linear attention by its sum of weights",
    "the feature map '{map}' gives negative weights, whose sum may be 0", "option normalise",
    "Set normalise=no, or feature_map to relu or elu_plus_one"};

FeatureMap mapOf(const Options& options) {
  return static_cast<FeatureMap>(options.integer(kMap));
}

Description describe() {
  Description about;
  about.id = "linear";
  about.title = "Linear attention";
  about.summary = "S = S + phi(k)'v, o = phi(q) S: every token is remembered with the same weight.";
  about.source = "Katharopoulos et al. (2020), Transformers are RNNs";
  about.inputs = attentionInputs();
  about.options = {{.id = "feature_map",
                    .fallback = static_cast<double>(FeatureMap::elu_plus_one),
                    .choices = featureMapNames(),
                    .help = "What queries and keys are put through"},
                   {.id = "normalise",
                    .fallback = 1,
                    .choices = {"no", "yes"},
                    .help = "Divide each output by the sum of its weights"},
                   {.id = "scale",
                    .fallback = 1,
                    .lowest = 0,
                    .highest = 1e6,
                    .help = "Factor of the queries behind the feature map"}};
  return about;
}

class LinearAttention : public DiagonalMechanism {
 public:
  LinearAttention() : DiagonalMechanism(describe()) {}

  void check(const Sizes&, const Options& options) const override {
    const FeatureMap map = mapOf(options);
    if (options.integer(kNormalise) == 0 || map == FeatureMap::relu ||
        map == FeatureMap::elu_plus_one) {
      return;
    }
    throw Error::usage(kSigned, {{"map", featureMapNames()[static_cast<std::size_t>(map)]}});
  }

 protected:
  DiagonalRule rule(const Sizes&, const Options& options) const override {
    return {.map = mapOf(options),
            .scale = options.real(kScale),
            .normalise = options.integer(kNormalise) != 0};
  }
};

}  // namespace

const Mechanism& linearAttention() {
  static const LinearAttention mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
