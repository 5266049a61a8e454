// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace lineament {

// Singular value decompositions by LAPACK's divide and conquer, which OpenBLAS brings. Eigen's own
// takes a minute to compile in every file that names it. Error "singular" for numbers that are
// not finite.

// A = U diag(values) V' with k = min(rows, columns): U is rows x k, V is columns x k, the values
// fall.
struct SingularDecomposition {
  Eigen::MatrixXd u;
  Eigen::VectorXd values;
  Eigen::MatrixXd v;
};

SingularDecomposition singularDecomposition(const Eigen::MatrixXd& matrix);

// The values alone, which is faster.
Eigen::VectorXd singularValues(const Eigen::MatrixXd& matrix);

}  // namespace lineament
