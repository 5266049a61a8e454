// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "core/base/decompositions.h"
#include "core/sequence/soft_layout.h"

namespace lineament::sequence {

// SOFT's small matrices of one head, in double precision: K2 of the landmarks, its Newton-Raphson
// inverse W as soft.h defines it, and their gradients. Landmarks that are close to each other make
// K2 nearly singular; its condition number, up to M / ridge, enlarges every rounding, so single
// precision would be left with three digits.
//
// All iterates are polynomials of the symmetric P = K2 + ridge I = V diag(l) V', so the iteration
// runs on its eigenvalues alone: w <- 2 w - l w^2 from w = c l. The gradient of such a function is
// dP = V (D * V' dW V) V' with its divided differences D (Daleckii and Krein 1951), and these have
// an iteration of their own in which nothing is divided: D_ij <- 2 D_ij - l_i (w_i + w_j) D_ij -
// w_j^2 from D_ij = c, for l_i <= l_j: near the end D_ij's factor is 1 - l_i / l_j, and the other
// way round it would enlarge what rounding left there.
//
// Flops about 9 M^3 for the eigenvalues and 4 M^2 Dv for a product with W; 8 M^3 for the gradient.
class LandmarkInverse {
 public:
  // Rows of landmarks, `stride` numbers apart.
  LandmarkInverse(const SoftLayout& layout, const float* landmarks, std::size_t stride);

  // W X of rows of layout.values numbers that lie `stride` apart. W is its own transposed.
  void apply(const float* x, float* result, std::size_t stride) const;

  // Adds the gradient by the landmarks, from the gradient by W: that is A B' of rows of
  // layout.values numbers, `stride` apart.
  void pull(const float* a, const float* b, std::size_t stride, float* landmark_gradient,
            std::size_t gradient_stride) const;

 private:
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  Matrix widened(const float* rows, std::size_t stride) const;
  Matrix kernelGradient(const Matrix& above) const;
  Matrix dividedDifferences() const;

  const SoftLayout& layout_;
  Matrix landmarks_, kernel_;
  SymmetricDecomposition ridged_;  // of P
  Eigen::VectorXd inverse_;        // W's eigenvalues
  Eigen::Index largest_row_ = 0;
  double largest_sum_ = 0, start_ = 0;
};

}  // namespace lineament::sequence
