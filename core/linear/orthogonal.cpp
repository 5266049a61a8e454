// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/orthogonal.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"

namespace lineament::linear {

namespace {

constexpr double kDependent = 1e-10;
constexpr double kTakesPart = 1e-6;  // share of a standardised column in a combination

// The upper trapezoid of a block's QR; a block with fewer rows than columns stays as it is.
Eigen::MatrixXd factored(const Eigen::MatrixXd& block) {
  if (block.rows() <= block.cols()) return block;
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(block);
  return qr.matrixQR().topRows(block.cols()).triangularView<Eigen::Upper>();
}

void stack(Eigen::MatrixXd& top, const Eigen::MatrixXd& bottom) {
  Eigen::MatrixXd both(top.rows() + bottom.rows(), top.cols());
  both << top, bottom;
  top = factored(both);
}

}  // namespace

Eigen::MatrixXd triangularFactor(const Design& design, const Context& context) {
  return reduceBlocks<Eigen::MatrixXd>(
      design.rows(), design.blockRows(), context,
      [&](std::size_t begin, std::size_t end) -> Eigen::MatrixXd {
        return factored(design.standardised(begin, end));
      },
      stack);
}

Independence independentColumns(const Eigen::MatrixXd& factor, std::size_t columns,
                                const Context& context) {
  Independence result;
  Eigen::MatrixXd basis(factor.rows(), std::min<Eigen::Index>(factor.rows(), columns));
  for (std::size_t j = 0; j < columns; ++j) {
    if (j % 32 == 0 && context.stopRequested()) throw Cancelled{};
    const double length = factor.col(j).norm();
    const auto rank = static_cast<Eigen::Index>(result.kept.size());
    Eigen::VectorXd rest = factor.col(j);
    // Gram-Schmidt twice is orthogonal to rounding.
    for (int pass = 0; pass < 2; ++pass) {
      rest -= basis.leftCols(rank) * (basis.leftCols(rank).transpose() * rest);
    }
    if (length > 0 && rest.norm() > kDependent * length && rank < basis.cols()) {
      basis.col(rank) = rest.normalized();
      result.kept.push_back(j);
    } else {
      result.dropped.push_back({j, {}});
    }
  }
  if (result.dropped.empty() || result.kept.empty()) return result;
  const Eigen::MatrixXd kept = factor(Eigen::all, result.kept);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(kept);
  for (Dependence& dependence : result.dropped) {
    if (factor.col(dependence.column).norm() == 0) continue;
    const Eigen::VectorXd shares = qr.solve(factor.col(dependence.column));
    for (std::size_t k = 0; k < result.kept.size(); ++k) {
      if (std::abs(shares[k]) > kTakesPart) dependence.on.push_back(result.kept[k]);
    }
  }
  return result;
}

}  // namespace lineament::linear
