// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/short_convolution.h"

#include <cmath>

namespace lineament::sequence {

std::vector<double> shortConvolution(std::span<const double> inputs, std::span<const double> taps,
                                     double bias) {
  std::vector<double> sums(inputs.size() + 1 - taps.size(), bias);
  for (std::size_t t = 0; t < sums.size(); ++t) {
    for (std::size_t j = 0; j < taps.size(); ++j) sums[t] += taps[j] * inputs[t + j];
  }
  return sums;
}

double silu(double x) {
  return x / (1 + std::exp(-x));
}

double siluSlope(double x) {
  const double gate = 1 / (1 + std::exp(-x));
  return gate * (1 + x * (1 - gate));
}

void shortConvolutionBackward(std::span<const double> inputs, std::span<const double> taps,
                              std::span<const double> above, std::span<double> input_gradient,
                              std::span<double> tap_gradient, double& bias_gradient) {
  for (std::size_t t = 0; t < above.size(); ++t) {
    bias_gradient += above[t];
    for (std::size_t j = 0; j < taps.size(); ++j) {
      tap_gradient[j] += above[t] * inputs[t + j];
      input_gradient[t + j] += above[t] * taps[j];
    }
  }
}

}  // namespace lineament::sequence
