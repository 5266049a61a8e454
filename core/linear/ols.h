// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/data/model.h"
#include "core/linear/design.h"
#include "core/linear/orthogonal.h"

namespace lineament::linear {

// A coefficient and what is known of it. Statistics are NaN where no degrees of freedom are left
// or the term was dropped.
struct Estimate {
  double value = 0;
  double standard_error = 0;
  double t = 0;
  double p = 0;    // two-sided
  double low = 0;  // 95 % confidence interval
  double high = 0;
  double vif = 0;  // variance inflation factor; NaN for the intercept
};

// Ordinary least squares with intercept. y = intercept + sum of coefficients times terms.
struct OlsFit {
  std::vector<Term> terms;
  double intercept = 0;
  std::vector<double> coefficients;  // one per term, in the target's unit per the feature's; 0
                                     // where dropped
  std::vector<double> deviations;    // population standard deviation of each term's column
  Estimate intercept_estimate;
  std::vector<Estimate> estimates;  // one per term
  std::vector<std::size_t> kept;    // terms that were fitted
  std::vector<Dependence> dropped;  // terms that say nothing new, coefficient 0

  std::size_t rows = 0;
  std::size_t rank = 0;         // of the design with intercept
  double residual_freedom = 0;  // rows - rank
  double residual_sum_of_squares = 0;
  double total_sum_of_squares = 0;  // around the mean
  double r2 = 0;
  double adjusted_r2 = 0;
  double residual_standard_error = 0;
  double f = 0;  // of all terms together
  double f_p = 0;
  double log_likelihood = 0;      // Gaussian, at the maximum
  double aic = 0;                 // -2 log L + 2 rank
  double bic = 0;                 // -2 log L + ln(rows) rank
  double condition_number = 0;    // of the standardised fitted columns
  double durbin_watson = 0;       // in the order of the rows; 2: uncorrelated
  std::vector<double> residuals;  // y - fitted

  Eigen::MatrixXd triangle;  // upper factor of the standardised kept columns
};

// `rows` is row-major, targets.size() x features.size(), without NaN; a categorical feature holds
// the index of its level. Warns in the context's log about every dropped term and names what it
// depends on. Throws Error "linear.no_rows", "linear.not_finite".
OlsFit fitOls(const std::vector<Feature>& features, std::span<const double> rows,
              std::span<const double> targets, const Context& context);

// What each row does to the fit (Belsley, Kuh and Welsch, 1980, "Regression Diagnostics").
struct Influence {
  std::vector<double> leverage;      // h, the diagonal of the hat matrix
  std::vector<double> standardised;  // internally studentised: e / (s sqrt(1 - h))
  std::vector<double> studentised;   // externally: with s of the fit without the row
  std::vector<double> cooks_distance;
};

// For the rows the fit was made from.
Influence influenceOf(const OlsFit& fit, const std::vector<Feature>& features,
                      std::span<const double> rows, std::span<const double> targets,
                      const Context& context);

}  // namespace lineament::linear
