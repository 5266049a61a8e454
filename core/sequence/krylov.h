// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/sequence/legendre.h"

namespace lineament::sequence {

RowMatrix product(const RowMatrix& a, const RowMatrix& b);

// Sums and products with the powers of a matrix P of N rows up to P^(count - 1), without forming
// them: with L = 2^k near sqrt(count), P^(jL + i) v = (P^L)^j (P^i v), so that the L vectors P^i v
// and count / L steps of P^L make everything. Flops 2 N^2 (L + count / L) + 2 N count for one row
// or one set of weights, after 2 N^3 k for the powers; numbers kept N^2 (k + 1).
class Krylov {
 public:
  Krylov(RowMatrix matrix, std::int64_t count);

  // rows P^i v for i < count: one row of the result for each row.
  RowMatrix kernels(const RowMatrix& rows, const Eigen::VectorXd& v) const;

  // sum_i weights(i, c) P^i v: one column of the result for each column c of the weights, which has
  // at most `count` rows.
  RowMatrix sums(const Eigen::VectorXd& v, const RowMatrix& weights) const;

  // The same of the transposed matrix: sum_i weights(i) (P')^i v.
  Eigen::VectorXd transposedSum(const Eigen::VectorXd& v, const Eigen::VectorXd& weights) const;

  // P^exponent v and (P')^exponent v.
  Eigen::VectorXd apply(Eigen::VectorXd v, std::int64_t exponent) const;
  Eigen::VectorXd applyTransposed(Eigen::VectorXd v, std::int64_t exponent) const;

 private:
  RowMatrix basis(const Eigen::VectorXd& v) const;  // columns P^i v for i < L

  std::int64_t count_;
  std::vector<RowMatrix> squares_;  // P, P^2, P^4, ..., P^L
  std::int64_t width_ = 1;          // L
};

}  // namespace lineament::sequence
