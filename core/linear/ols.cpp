// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/ols.h"

#include <fmt/ranges.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/decompositions.h"
#include "core/base/parallel.h"
#include "core/linear/distributions.h"

namespace lineament::linear {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kNamed = 6;  // names in one warning

void warnOfDropped(const OlsFit& fit, const Context& context) {
  for (std::size_t i = 0; i < fit.dropped.size(); ++i) {
    if (i == 20) {
      context.warn(
          fmt::format("{} more terms were left out in the same way", fit.dropped.size() - i));
      return;
    }
    const Dependence& dependence = fit.dropped[i];
    const std::string& name = fit.terms[dependence.column].name;
    if (dependence.on.empty()) {
      context.warn(fmt::format("'{}' is constant: its coefficient is set to 0", name));
      continue;
    }
    std::vector<std::string> others;
    for (const std::size_t column : dependence.on) {
      if (others.size() < kNamed) others.push_back("'" + fit.terms[column].name + "'");
    }
    const std::size_t rest = dependence.on.size() - others.size();
    context.warn(fmt::format("'{}' is a linear combination of {}{}: its coefficient is set to 0",
                             name, fmt::join(others, ", "),
                             rest > 0 ? fmt::format(" and {} more", rest) : ""));
  }
}

// Coefficients of the standardised kept columns, and the triangle they came from.
Eigen::VectorXd solve(const Eigen::MatrixXd& factor, OlsFit& fit) {
  const auto rank = static_cast<Eigen::Index>(fit.kept.size());
  if (rank == 0) return Eigen::VectorXd(0);
  const Eigen::MatrixXd kept = factor(Eigen::all, fit.kept);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(kept);
  fit.triangle = qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>();
  const Eigen::VectorXd projected = qr.householderQ().adjoint() * factor.rightCols(1);
  return fit.triangle.triangularView<Eigen::Upper>().solve(projected.head(rank));
}

void unscale(const Design& design, const Eigen::VectorXd& standardised, OlsFit& fit) {
  fit.coefficients.assign(design.columns(), 0.0);
  fit.intercept = design.targetMean();
  for (std::size_t k = 0; k < fit.kept.size(); ++k) {
    const std::size_t column = fit.kept[k];
    fit.coefficients[column] = standardised[k] / design.deviation(column);
    fit.intercept -= fit.coefficients[column] * design.mean(column);
  }
}

void findResiduals(const Design& design, const Eigen::VectorXd& standardised,
                   const Context& context, OlsFit& fit) {
  fit.residuals.resize(design.rows());
  using Sums = std::pair<double, double>;
  const Sums sums = reduceBlocks<Sums>(
      design.rows(), design.blockRows(), context,
      [&](std::size_t begin, std::size_t end) {
        const Design::Block block = design.standardised(begin, end);
        Eigen::Map<Eigen::VectorXd> residuals(fit.residuals.data() + begin, block.rows());
        residuals = block.col(design.columns());
        const double total = residuals.squaredNorm();
        for (std::size_t k = 0; k < fit.kept.size(); ++k) {
          residuals -= standardised[k] * block.col(fit.kept[k]);
        }
        return Sums{residuals.squaredNorm(), total};
      },
      [](Sums& left, const Sums& right) {
        left.first += right.first;
        left.second += right.second;
      });
  fit.residual_sum_of_squares = sums.first;
  fit.total_sum_of_squares = sums.second;
}

double durbinWatson(const std::vector<double>& residuals, double sum_of_squares) {
  double steps = 0;
  for (std::size_t i = 1; i < residuals.size(); ++i) {
    const double step = residuals[i] - residuals[i - 1];
    steps += step * step;
  }
  return steps / sum_of_squares;
}

void findStatistics(OlsFit& fit) {
  const auto n = static_cast<double>(fit.rows), k = static_cast<double>(fit.rank);
  const double rss = fit.residual_sum_of_squares, tss = fit.total_sum_of_squares;
  const double free = fit.residual_freedom, model_free = k - 1;
  fit.r2 = tss > 0 ? 1 - rss / tss : kNaN;
  fit.adjusted_r2 = free > 0 ? 1 - (1 - fit.r2) * (n - 1) / free : kNaN;
  fit.residual_standard_error = free > 0 ? std::sqrt(rss / free) : kNaN;
  fit.f = free > 0 && model_free > 0 ? ((tss - rss) / model_free) / (rss / free) : kNaN;
  fit.f_p = std::isnan(fit.f) ? kNaN : fisherUpper(fit.f, model_free, free);
  fit.log_likelihood = -n / 2 * (std::log(2 * std::numbers::pi * rss / n) + 1);
  fit.aic = -2 * fit.log_likelihood + 2 * k;
  fit.bic = -2 * fit.log_likelihood + std::log(n) * k;
  fit.durbin_watson = durbinWatson(fit.residuals, rss);
}

Estimate tested(double value, double standard_error, double freedom, double quantile, double vif) {
  const double t = value / standard_error;
  return {value,
          standard_error,
          t,
          std::isnan(t) ? kNaN : studentTwoSided(t, freedom),
          value - quantile * standard_error,
          value + quantile * standard_error,
          vif};
}

// Covariance s^2 (Z'Z)^-1 from the inverse triangle; with unit variances its diagonal times the
// rows is the variance inflation factor.
void findEstimates(const Design& design, OlsFit& fit) {
  const auto rank = static_cast<Eigen::Index>(fit.kept.size());
  const auto n = static_cast<double>(fit.rows);
  const double free = fit.residual_freedom, s = fit.residual_standard_error;
  const double quantile = free > 0 ? studentTwoSidedQuantile(0.05, free) : kNaN;
  fit.estimates.assign(fit.terms.size(), Estimate{0, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN});
  double intercept_variance = 1 / n;
  if (rank > 0) {
    const Eigen::MatrixXd inverse =
        fit.triangle.triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(rank, rank));
    Eigen::VectorXd offset(rank);
    for (Eigen::Index k = 0; k < rank; ++k) {
      const std::size_t column = fit.kept[k];
      const double deviation = design.deviation(column);
      const double spread = inverse.row(k).norm();
      offset[k] = design.mean(column) / deviation;
      fit.estimates[column] = tested(fit.coefficients[column], s * spread / deviation, free,
                                     quantile, n * spread * spread);
    }
    intercept_variance += (inverse.transpose() * offset).squaredNorm();
    const Eigen::VectorXd values = singularValues(fit.triangle);
    fit.condition_number = values[0] / values[rank - 1];
  }
  fit.intercept_estimate =
      tested(fit.intercept, s * std::sqrt(intercept_variance), free, quantile, kNaN);
}

}  // namespace

OlsFit fitOls(const std::vector<Feature>& features, std::span<const double> rows,
              std::span<const double> targets, const Context& context) {
  const Design design(features, true, rows, targets, context);
  context.checkpoint(0.2, "Factoring the design");
  const Eigen::MatrixXd factor = triangularFactor(design, context);
  Independence independence = independentColumns(factor, design.columns(), context);
  OlsFit fit;
  fit.terms = design.terms();
  fit.deviations = design.deviations();
  fit.rows = design.rows();
  fit.kept = std::move(independence.kept);
  fit.dropped = std::move(independence.dropped);
  fit.rank = fit.kept.size() + 1;
  fit.residual_freedom = static_cast<double>(fit.rows - fit.rank);
  warnOfDropped(fit, context);
  const Eigen::VectorXd standardised = solve(factor, fit);
  unscale(design, standardised, fit);
  context.checkpoint(0.7, "Testing the coefficients");
  findResiduals(design, standardised, context, fit);
  findStatistics(fit);
  findEstimates(design, fit);
  return fit;
}

Influence influenceOf(const OlsFit& fit, const std::vector<Feature>& features,
                      std::span<const double> rows, std::span<const double> targets,
                      const Context& context) {
  const Design design(features, true, rows, targets, context);
  const std::size_t n = design.rows();
  Influence influence{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n),
                      std::vector<double>(n)};
  const double s = fit.residual_standard_error, free = fit.residual_freedom;
  forBlocks(n, design.blockRows(), context, [&](std::size_t begin, std::size_t end) {
    Eigen::MatrixXd block = design.standardised(begin, end)(Eigen::all, fit.kept);
    if (!fit.kept.empty()) {
      fit.triangle.triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(block);
    }
    for (std::size_t i = begin; i < end; ++i) {
      const double h = 1 / static_cast<double>(n) + block.row(i - begin).squaredNorm();
      const double r = fit.residuals[i] / (s * std::sqrt(1 - h));
      influence.leverage[i] = h;
      influence.standardised[i] = r;
      influence.studentised[i] = r * std::sqrt((free - 1) / (free - r * r));
      influence.cooks_distance[i] = r * r * h / ((1 - h) * static_cast<double>(fit.rank));
    }
  });
  return influence;
}

}  // namespace lineament::linear
