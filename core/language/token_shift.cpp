// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/token_shift.h"

#include <cmath>

namespace lineament::language {

std::vector<float> stepsBack(const float* x, std::size_t tokens, std::size_t width,
                             std::vector<float>& last) {
  last.resize(width, 0.0F);
  std::vector<float> steps(tokens * width);
  for (std::size_t t = 0; t < tokens; ++t) {
    const float* before = t == 0 ? last.data() : x + (t - 1) * width;
    for (std::size_t i = 0; i < width; ++i) steps[t * width + i] = before[i] - x[t * width + i];
  }
  if (tokens > 0) last.assign(x + (tokens - 1) * width, x + tokens * width);
  return steps;
}

std::vector<float> interpolated(const float* x, const std::vector<float>& steps,
                                const std::vector<float>& mix, const std::vector<float>& terms) {
  std::vector<float> made(steps.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    const float share = mix[i % mix.size()] + (terms.empty() ? 0 : terms[i]);
    made[i] = x[i] + steps[i] * share;
  }
  return made;
}

std::vector<float> mapped(const WeightMatrix& map, const std::vector<float>& x,
                          const Context& context) {
  const std::size_t tokens = x.size() / map.inputs();
  std::vector<float> y(tokens * map.outputs());
  map.apply(x.data(), tokens, y.data(), context);
  return y;
}

void hyperbolicTangent(std::vector<float>& x) {
  for (float& value : x) value = std::tanh(value);
}

}  // namespace lineament::language
