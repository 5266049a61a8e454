// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/retention.h"

#include <cmath>

#include "core/sequence/attention_scale.h"
#include "core/sequence/diagonal_mechanism.h"

namespace lineament::sequence {

namespace {

enum Option : std::size_t { kScale };

Description describe() {
  Description about;
  about.id = "retention";
  about.title = "Retention";
  about.summary = "S = gamma S + k'v, o = scale q S: each head forgets at a fixed rate.";
  about.source = "Sun et al. (2023), Retentive Network";
  about.inputs = attentionInputs();
  about.inputs.push_back(constantDecayInput());
  about.options = {scaleOption()};
  return about;
}

class Retention : public DiagonalMechanism {
 public:
  Retention() : DiagonalMechanism(describe()) {}

 protected:
  DiagonalRule rule(const Sizes& sizes, const Options& options) const override {
    return {.decay = Decay::constant, .scale = attentionScale(sizes, options.real(kScale))};
  }
  double rate(const Sizes&, const Options&, std::int64_t head) const override {
    return std::log1p(-std::exp2(-5.0 - static_cast<double>(head)));
  }
};

}  // namespace

const Mechanism& retention() {
  static const Retention mechanism;
  return mechanism;
}

}  // namespace lineament::sequence
