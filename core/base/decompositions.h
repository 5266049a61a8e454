// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace lineament {

// By LAPACK's divide and conquer, which OpenBLAS brings: Eigen's solvers take up to a minute to
// compile in every file that names them. Error "decomposition" for numbers that are not finite.

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

// A symmetric A = V diag(values) V', the values ascending; only the lower triangle is read.
struct SymmetricDecomposition {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};

SymmetricDecomposition symmetricDecomposition(Eigen::MatrixXd matrix);
Eigen::VectorXd symmetricEigenvalues(Eigen::MatrixXd matrix);

}  // namespace lineament
