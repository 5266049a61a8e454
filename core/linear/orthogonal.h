// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "core/base/context.h"
#include "core/linear/design.h"

namespace lineament::linear {

// R of [Z | y] = QR by Householder reflections on blocks of rows whose factors are then factored
// again in a fixed tree (TSQR: Demmel, Grigori, Hoemmen, Langou, 2012, "Communication-optimal
// parallel and sequential QR and LU factorizations"). min(rows, columns + 1) x (columns + 1). The
// normal equations are never formed, so no digits are lost to a squared condition number.
Eigen::MatrixXd triangularFactor(const Design& design, const Context& context);

// A column that is, to rounding, a combination of columns before it.
struct Dependence {
  std::size_t column = 0;
  std::vector<std::size_t> on;  // kept columns that take part; empty: the column is constant
};

// Which of the first `columns` columns of a factor can be fitted together.
struct Independence {
  std::vector<std::size_t> kept;  // ascending
  std::vector<Dependence> dropped;
};

// From left to right, a column whose part orthogonal to those kept before is under 1e-10 of its
// length is dropped, so that the first of several that say the same thing stays.
Independence independentColumns(const Eigen::MatrixXd& factor, std::size_t columns,
                                const Context& context);

}  // namespace lineament::linear
