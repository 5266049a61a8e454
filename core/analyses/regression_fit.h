// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/analyses/regression_data.h"
#include "core/analysis/parameters.h"
#include "core/data/data.h"
#include "core/linear/ols.h"

namespace lineament {

// A fitted model of any kind and what its fitting has to say.
struct RegressionFit {
  Model model;
  Table diagnostics;  // coefficients of a linear model, losses per epoch of a network
  std::optional<linear::Influence> influence;  // least squares: of each fitted row
  std::optional<Series> learning_curve;        // networks
  std::map<std::string, double> metrics;
  std::string remark;  // a sentence or two of CommonMark about the fit
};

// Fits what the parameter "model" names, with the hyper-parameters beside it, to all rows given.
RegressionFit fitRegression(const RegressionData& data, const Parameters& parameters,
                            const Context& context);

}  // namespace lineament
