// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/data/model.h"
#include "core/linear/design.h"

namespace lineament::linear {

// How lambda is chosen when it is not given.
enum class RidgeChoice {
  generalised,    // generalised cross validation (Golub, Heath and Wahba, 1979)
  leave_one_out,  // the mean squared error of leaving each row out, in closed form (PRESS)
};

struct RidgeSettings {
  std::optional<double> lambda;  // >= 0
  RidgeChoice choice = RidgeChoice::generalised;
};

// min over b of ||y - b0 - Z b||^2 + lambda ||b||^2 with Z the features standardised to mean 0 and
// (population) deviation 1; the intercept is not penalised. All levels of a categorical feature
// have a term.
struct RidgeFit {
  struct Step {  // one lambda of the path
    double lambda = 0;
    double score = 0;                  // what the choice minimises, a mean squared error
    double effective_freedom = 0;      // trace of the hat matrix, with the intercept
    std::vector<double> coefficients;  // of the standardised terms
  };

  std::vector<Term> terms;
  double intercept = 0;
  std::vector<double> coefficients;  // per term, in the target's unit per the feature's
  std::vector<double> deviations;    // population standard deviation of each term's column
  double lambda = 0;
  double score = 0;
  double effective_freedom = 0;
  std::size_t rows = 0;
  std::vector<Step> path;  // ascending lambda; one step when lambda was given
};

// Arguments and errors as fitOls. One singular value decomposition serves all lambdas
// (Hastie, Tibshirani and Friedman, 2009, "The Elements of Statistical Learning", eq. 3.47).
RidgeFit fitRidge(const std::vector<Feature>& features, std::span<const double> rows,
                  std::span<const double> targets, const RidgeSettings& settings,
                  const Context& context);

}  // namespace lineament::linear
