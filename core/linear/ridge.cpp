// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/ridge.h"

#include <algorithm>
#include <cmath>

#include "core/base/decompositions.h"
#include "core/base/parallel.h"
#include "core/linear/orthogonal.h"

namespace lineament::linear {

namespace {

constexpr int kPathSteps = 101;  // ten per decade, 1e-6 to 1e4 times the rows

// Z = U diag(s) V'; only V, s and U'y are kept.
struct Decomposition {
  Eigen::MatrixXd v;
  Eigen::VectorXd s;
  Eigen::VectorXd projected;  // U'y
  double unexplained = 0;     // ||y - U U'y||^2
};

Decomposition decompose(const Design& design, const Context& context) {
  const Eigen::MatrixXd factor = triangularFactor(design, context);
  context.checkpoint(0.4, "Decomposing the design");
  const auto columns = static_cast<Eigen::Index>(design.columns());
  const SingularDecomposition svd = singularDecomposition(factor.leftCols(columns));
  const Eigen::VectorXd y = factor.col(columns);
  // Directions that are rounding noise of a collinear design carry nothing.
  const double floor = svd.values.size() > 0 ? svd.values[0] * 1e-12 : 0;
  Eigen::Index rank = 0;
  while (rank < svd.values.size() && svd.values[rank] > floor) ++rank;
  Decomposition result{svd.v.leftCols(rank), svd.values.head(rank),
                       svd.u.leftCols(rank).transpose() * y, 0};
  result.unexplained = (y - svd.u.leftCols(rank) * result.projected).squaredNorm();
  return result;
}

Eigen::ArrayXd shrinkage(const Decomposition& parts, double lambda) {
  const Eigen::ArrayXd squares = parts.s.array().square();
  return squares / (squares + lambda);
}

double residualSum(const Decomposition& parts, const Eigen::ArrayXd& kept) {
  return parts.unexplained + ((1 - kept) * parts.projected.array()).square().sum();
}

// n RSS / (n - df)^2
double generalisedScore(const Decomposition& parts, const Eigen::ArrayXd& kept, double n) {
  const double left = n - 1 - kept.sum();
  return n * residualSum(parts, kept) / (left * left);
}

// Mean over rows of (e_i / (1 - h_i))^2 for every step, with
// h_i = 1/n + sum over k of u_ik^2 s_k^2 / (s_k^2 + lambda).
std::vector<double> leaveOneOutScores(const Design& design, const Decomposition& parts,
                                      const std::vector<RidgeFit::Step>& path,
                                      const Context& context) {
  const auto n = static_cast<double>(design.rows());
  const Eigen::MatrixXd to_u = parts.v * parts.s.cwiseInverse().asDiagonal();
  Eigen::MatrixXd kept(parts.s.size(), path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    kept.col(i) = shrinkage(parts, path[i].lambda).matrix();
  }
  const Eigen::MatrixXd fitted = parts.projected.asDiagonal() * kept;
  const Eigen::VectorXd sums = reduceBlocks<Eigen::VectorXd>(
      design.rows(), std::min<std::size_t>(design.blockRows(), 512), context,
      [&](std::size_t begin, std::size_t end) -> Eigen::VectorXd {
        const Design::Block block = design.standardised(begin, end);
        const Eigen::MatrixXd u = block.leftCols(design.columns()) * to_u;
        const Eigen::ArrayXXd errors =
            (-(u * fitted)).colwise() + Eigen::VectorXd(block.col(design.columns()));
        const Eigen::ArrayXXd left = 1 - 1 / n - (u.array().square().matrix() * kept).array();
        return (errors / left).square().colwise().sum().transpose();
      },
      [](Eigen::VectorXd& left, const Eigen::VectorXd& right) { left += right; });
  std::vector<double> scores(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) scores[i] = sums[i] / n;
  return scores;
}

std::vector<RidgeFit::Step> pathOf(const Decomposition& parts, const RidgeSettings& settings,
                                   double n) {
  std::vector<RidgeFit::Step> path;
  if (settings.lambda) {
    path.push_back({*settings.lambda, 0, 0, {}});
  } else {
    for (int i = 0; i < kPathSteps; ++i) {
      path.push_back({n * std::pow(10.0, -6.0 + i / 10.0), 0, 0, {}});
    }
  }
  for (RidgeFit::Step& step : path) {
    const Eigen::ArrayXd kept = shrinkage(parts, step.lambda);
    step.effective_freedom = 1 + kept.sum();
    step.score = generalisedScore(parts, kept, n);
    const Eigen::VectorXd b = parts.v * (kept / parts.s.array() * parts.projected.array()).matrix();
    step.coefficients.assign(b.begin(), b.end());
  }
  return path;
}

}  // namespace

RidgeFit fitRidge(const std::vector<Feature>& features, std::span<const double> rows,
                  std::span<const double> targets, const RidgeSettings& settings,
                  const Context& context) {
  const Design design(features, false, rows, targets, context);
  const Decomposition parts = decompose(design, context);
  RidgeFit fit;
  fit.terms = design.terms();
  fit.deviations = design.deviations();
  fit.rows = design.rows();
  fit.path = pathOf(parts, settings, static_cast<double>(fit.rows));
  context.checkpoint(0.7, "Choosing the penalty");
  if (settings.choice == RidgeChoice::leave_one_out) {
    const std::vector<double> scores = leaveOneOutScores(design, parts, fit.path, context);
    for (std::size_t i = 0; i < scores.size(); ++i) fit.path[i].score = scores[i];
  }
  // A score that is not a number (no degrees of freedom left) is never the least.
  const auto best = std::min_element(fit.path.begin(), fit.path.end(), [](auto& a, auto& b) {
    return a.score < b.score || (std::isnan(b.score) && !std::isnan(a.score));
  });
  fit.lambda = best->lambda;
  fit.score = best->score;
  fit.effective_freedom = best->effective_freedom;
  fit.coefficients.assign(design.columns(), 0.0);
  fit.intercept = design.targetMean();
  for (std::size_t j = 0; j < design.columns(); ++j) {
    if (design.deviation(j) == 0) continue;
    fit.coefficients[j] = best->coefficients[j] / design.deviation(j);
    fit.intercept -= fit.coefficients[j] * design.mean(j);
  }
  return fit;
}

}  // namespace lineament::linear
