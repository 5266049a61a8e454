// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/gla.h"

#include "core/sequence/attention_scale.h"
#include "core/sequence/diagonal_mechanism.h"

namespace lineament::sequence {

namespace {

enum Option : std::size_t { kScale };

Description describe() {
  Description about;
  about.id = "gla";
  about.title = "Gated linear attention";
  about.summary =
      "S = diag(exp g) S + k'v, o = scale q S: each key channel forgets at its own rate.";
  about.source =
      "Yang et al. (2024), Gated Linear Attention Transformers with Hardware-Efficient Training";
  about.inputs = attentionInputs();
  about.inputs.push_back(channelDecayInput("g", "Natural logs of the gates: never positive"));
  about.options = {scaleOption()};
  return about;
}

class GatedLinearAttention : public DiagonalMechanism {
 public:
  GatedLinearAttention() : DiagonalMechanism(describe()) {}

 protected:
  DiagonalRule rule(const Sizes& sizes, const Options& options) const override {
    return {.decay = Decay::channel, .scale = attentionScale(sizes, options.real(kScale))};
  }
};

}  // namespace

const Mechanism& gatedLinearAttention() {
  static const GatedLinearAttention mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
