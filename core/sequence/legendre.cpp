// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/legendre.h"

#include <cmath>

#include "core/sequence/krylov.h"

namespace lineament::sequence {

RowMatrix legendreMatrix(Eigen::Index states) {
  const Eigen::VectorXd scale = legendreInput(states);
  RowMatrix a = RowMatrix::Zero(states, states);
  for (Eigen::Index n = 0; n < states; ++n) {
    for (Eigen::Index k = 0; k < n; ++k) a(n, k) = -scale[n] * scale[k];
    a(n, n) = -static_cast<double>(n + 1);
  }
  return a;
}

Eigen::VectorXd legendreInput(Eigen::Index states) {
  Eigen::VectorXd b(states);
  for (Eigen::Index n = 0; n < states; ++n) b[n] = std::sqrt(2 * static_cast<double>(n) + 1);
  return b;
}

DiscreteLegendre discretise(Eigen::Index states, double dt, double alpha, bool slopes) {
  const RowMatrix a = legendreMatrix(states), unit = RowMatrix::Identity(states, states);
  const Eigen::VectorXd b = legendreInput(states);
  // R by forward substitution: row n of (I - alpha dt A) R = I.
  const RowMatrix left = unit - alpha * dt * a;
  RowMatrix r = unit;
  for (Eigen::Index n = 0; n < states; ++n) {
    for (Eigen::Index k = 0; k < n; ++k) r.row(n).head(k + 1) -= left(n, k) * r.row(k).head(k + 1);
    r.row(n).head(n + 1) /= left(n, n);
  }
  DiscreteLegendre system;
  system.transition = product(r, unit + (1 - alpha) * dt * a);
  system.input = dt * (r * b);
  if (slopes) {
    system.transition_slope = product(product(a, r), r);
    system.input_slope = r * (r * b);
  }
  return system;
}

}  // namespace lineament::sequence
