// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.h"

namespace lineament::language {

// How the next token is chosen from its logits.
struct SamplingSettings {
  double temperature = 0;  // logits are divided by it; 0: the likeliest token, lowest id of equals
  std::size_t top_k = 0;   // only that many of the likeliest; 0: all
  double top_p = 1;  // only the likeliest that hold this share together, at least one (Holtzman
                     // et al. 2020, "The curious case of neural text degeneration")
};

std::int32_t sample(std::span<const float> logits, const SamplingSettings& settings,
                    Random& random);

// log p of every token, in double precision: logits - log sum exp(logits).
std::vector<double> logProbabilities(std::span<const float> logits);

// What is read of a distribution without keeping it.
struct Prediction {
  double log_probability = 0;  // of the token that came, in nat
  std::size_t rank = 0;        // of that token, 0 the likeliest
  std::int32_t likeliest = 0;
  double likeliest_probability = 0;
  double entropy = 0;  // nat
};
Prediction predictionOf(std::span<const float> logits, std::int32_t token);

}  // namespace lineament::language
