// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/attention_scale.h"

#include <cmath>

namespace lineament::sequence {

OptionSpec scaleOption() {
  return {.id = "scale",
          .fallback = 0,
          .lowest = 0,
          .highest = 1e6,
          .help = "Factor of the queries; 0 takes 1 / sqrt(key width)"};
}

double attentionScale(const Sizes& sizes, double given) {
  return given > 0 ? given : 1 / std::sqrt(static_cast<double>(sizes.keys()));
}

}  // namespace lineament::sequence
