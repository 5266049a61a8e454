// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace lineament::sequence {

// The short causal convolution that stands before many mixers, one channel at a time:
//   p_t = bias + sum_{j < W} w_j x_{t - W + 1 + j},  y_t = silu(p_t) = p_t sigmoid(p_t)
// The last tap multiplies the current token (the order of published weights). The W - 1 inputs
// before the first token are zeros or what an earlier call left: the tail.
//
// `inputs` are the W - 1 numbers of the tail and then the tokens, oldest first.
std::vector<double> shortConvolution(std::span<const double> inputs, std::span<const double> taps,
                                     double bias);  // p, one for each token

double silu(double x);
double siluSlope(double x);

// From dL/dp: adds to the gradients of the inputs (tail and tokens), taps and bias.
void shortConvolutionBackward(std::span<const double> inputs, std::span<const double> taps,
                              std::span<const double> above, std::span<double> input_gradient,
                              std::span<double> tap_gradient, double& bias_gradient);

}  // namespace lineament::sequence
