// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/data/tensor.h"

namespace lineament {

// The singular values s_1 >= s_2 >= ... of a tensor taken as a matrix, and how many directions they
// fill.
struct TensorSpectrum {
  std::vector<double> values;
  double stable_rank = 0;     // sum s² / s_1² (Rudelson and Vershynin 2007, Sampling from large
                              // matrices)
  double effective_rank = 0;  // exp of the entropy of s / sum s (Roy and Vetterli 2007, The
                              // effective rank)
  double condition = 0;       // s_1 over the last; infinite where that is 0

  double largest() const { return values.empty() ? 0 : values.front(); }
};

// A tensor as a matrix: its first dimension by all others, as a convolution's kernels are counted.
struct MatrixShape {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;

  std::uint64_t side() const { return rows < columns ? rows : columns; }
};

// None for a vector, or where a side is shorter than 2.
std::optional<MatrixShape> matrixShape(const std::vector<std::uint64_t>& shape);

// All numbers are 0 where the values are. Time grows with the square of the smaller side times the
// larger: at 512 x 512 well below a second, at 4,096 x 4,096 a minute. The shape must be a matrix'.
// Throws Error "decomposition" where a value is not finite, "memory" where two copies in double
// precision have no room, and what reading it throws.
TensorSpectrum spectrumOf(const Tensor& tensor);

}  // namespace lineament
