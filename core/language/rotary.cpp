// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/language/rotary.h"

#include <cmath>
#include <numbers>

#include "core/base/parallel.h"

namespace lineament::language {

Rotary Rotary::of(std::size_t size, double base, Pairs pairs) {
  Rotary rotary;
  rotary.size = size;
  rotary.pairs = pairs;
  for (std::size_t i = 0; i < size / 2; ++i) {
    rotary.frequencies.push_back(
        std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(size)));
  }
  return rotary;
}

void Rotary::scaleLinear(double factor) {
  for (double& frequency : frequencies) frequency /= factor;
}

void Rotary::scaleLlama3(double factor, double low_factor, double high_factor, double original) {
  for (double& frequency : frequencies) {
    const double turns = original * frequency / (2 * std::numbers::pi);  // over the trained length
    if (turns >= high_factor) continue;
    const double share =
        turns <= low_factor ? 0 : (turns - low_factor) / (high_factor - low_factor);
    frequency *= (1 - share) / factor + share;
  }
}

void Rotary::apply(float* rows, std::size_t row_stride, std::size_t tokens, std::size_t heads,
                   std::size_t head_size, std::size_t position) const {
  const std::size_t half = size / 2;
  if (half == 0) return;
  const std::size_t first = pairs == Pairs::halves ? 1 : 2;      // from one pair to the next
  const std::size_t second = pairs == Pairs::halves ? half : 1;  // from a to b of a pair
  constexpr std::size_t kTokensAtOnce = 64;
  forBlocks(tokens, kTokensAtOnce, {}, [&](std::size_t begin, std::size_t end) {
    std::vector<float> cosines(half), sines(half);
    for (std::size_t t = begin; t < end; ++t) {
      for (std::size_t i = 0; i < half; ++i) {
        const double angle = static_cast<double>(position + t) * frequencies[i];
        cosines[i] = static_cast<float>(std::cos(angle));
        sines[i] = static_cast<float>(std::sin(angle));
      }
      for (std::size_t head = 0; head < heads; ++head) {
        float* x = rows + t * row_stride + head * head_size;
        for (std::size_t i = 0; i < half; ++i) {
          float& a = x[i * first];
          float& b = x[i * first + second];
          const float turned = a * cosines[i] - b * sines[i];
          b = a * sines[i] + b * cosines[i];
          a = turned;
        }
      }
    }
  });
}

}  // namespace lineament::language
