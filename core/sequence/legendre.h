// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace lineament::sequence {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// HiPPO-LegS (Gu, Dao, Ermon, Rudra and Ré 2020, "HiPPO: Recurrent memory with optimal polynomial
// projections", theorem 2) as a system with a fixed step, x' = A x + B u:
//   A[n, k] = -sqrt((2n + 1)(2k + 1)) for n > k, -(n + 1) for n = k, 0 for n < k;  B[n] = sqrt(2n +
//   1)
RowMatrix legendreMatrix(Eigen::Index states);
Eigen::VectorXd legendreInput(Eigen::Index states);

// The system in steps of dt by the generalised bilinear transform, with R = (I - alpha dt A)^-1:
//   Ab = R (I + (1 - alpha) dt A),  Bb = dt R B
// alpha is 0 for Euler's forward step, 1/2 for the bilinear one, 1 for Euler's backward step. All
// of A, R and Ab commute, so that the derivatives by dt are dAb/d(dt) = A R R and dBb/d(dt) = R R
// B.
struct DiscreteLegendre {
  RowMatrix transition;        // Ab
  Eigen::VectorXd input;       // Bb
  RowMatrix transition_slope;  // where slopes are asked for
  Eigen::VectorXd input_slope;
};
DiscreteLegendre discretise(Eigen::Index states, double dt, double alpha, bool slopes);

}  // namespace lineament::sequence
