// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace lineament::sequence {

// Hedgehog's learned feature map of one head in double precision: z = x W, W [key, feature], then
// twice as many features as W has columns, the second half of -z:
//   softmax_halves   softmax(z), softmax(-z), each at least 1e-12 (LoLCATs `softmax_dim`)
//   exp_shifted      exp(z - max z), exp(min z - z), each at least 1e-12 (LoLCATs `exp_dim`); the
//                    shift is another one for each token and part of the definition
//   softmax_joint    one softmax over 2 z and -2 z together (flash-linear-attention)
//   exp              exp(z), exp(-z) (the paper)
// The published biases are one number a head, which the first three forms do not notice.
enum class HedgehogForm : std::uint8_t { softmax_halves, exp_shifted, softmax_joint, exp };
inline constexpr double kHedgehogLeast = 1e-12;

struct HedgehogMap {
  HedgehogForm form;
  std::int64_t inputs, columns;
  const double* weights;  // [inputs, columns]

  std::int64_t features() const { return 2 * columns; }
  std::vector<double> operator()(const double* x) const;
  // Adds the gradients by x and by the weights, given that by the features; null: not wanted.
  void pull(const double* x, const double* above, double* input_gradient,
            double* weight_gradient) const;

 private:
  std::vector<double> projected(const double* x) const;
};

}  // namespace lineament::sequence
