// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/regression_fit.h"

#include <cmath>
#include <functional>
#include <limits>

#include "core/linear/linear_model.h"
#include "core/linear/ridge.h"

namespace lineament {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A column whose NaN are values that do not exist.
Column realColumn(std::string name, std::vector<double> values, std::string unit = {}) {
  std::vector<std::uint8_t> missing(values.size());
  bool any = false;
  for (std::size_t i = 0; i < values.size(); ++i) any |= missing[i] = std::isnan(values[i]);
  return Column(std::move(name), std::move(values),
                any ? SharedArray<std::uint8_t>(std::move(missing)) : SharedArray<std::uint8_t>{},
                std::move(unit));
}

Column textColumn(std::string name, const std::vector<std::string>& words) {
  TextBuilder builder;
  for (const std::string& word : words) builder.add(word);
  return Column(std::move(name), builder.finish());
}

// "(intercept)" and the terms' names, then their units: the target's per the feature's.
std::vector<Column> termColumns(const RegressionData& data,
                                const std::vector<linear::Term>& terms) {
  std::vector<std::string> names{"(intercept)"}, units{data.target_unit};
  for (const linear::Term& term : terms) {
    const std::string& unit = data.features[term.feature].unit;
    names.push_back(term.name);
    units.push_back(unit.empty() || term.level ? data.target_unit
                    : data.target_unit.empty() ? "1/" + unit
                                               : data.target_unit + " per " + unit);
  }
  std::vector<Column> columns{textColumn("term", names)};
  for (const std::string& unit : units) {
    if (unit.empty()) continue;
    columns.push_back(textColumn("unit", units));
    break;
  }
  return columns;
}

Table coefficientTable(const RegressionData& data, const linear::OlsFit& fit) {
  std::vector<linear::Estimate> estimates{fit.intercept_estimate};
  estimates.insert(estimates.end(), fit.estimates.begin(), fit.estimates.end());
  std::vector<Column> columns = termColumns(data, fit.terms);
  const auto add = [&](const char* name, double linear::Estimate::*member) {
    std::vector<double> values;
    for (const linear::Estimate& estimate : estimates) values.push_back(estimate.*member);
    columns.push_back(realColumn(name, std::move(values)));
  };
  add("coefficient", &linear::Estimate::value);
  add("standard_error", &linear::Estimate::standard_error);
  add("t", &linear::Estimate::t);
  add("p", &linear::Estimate::p);
  add("low_95", &linear::Estimate::low);
  add("high_95", &linear::Estimate::high);
  add("vif", &linear::Estimate::vif);
  return Table(std::move(columns));
}

RegressionFit fitLeastSquares(const RegressionData& data, const Parameters&,
                              const Context& context) {
  const linear::OlsFit ols =
      linear::fitOls(data.features, data.rows, data.targets, context.part(0, 0.7));
  if (ols.residual_freedom <= 0) {
    context.warn(fmt::format(
        "{} terms for {} rows: the fit passes through every row and its errors are unknown; "
        "ridge is the better choice",
        ols.terms.size() + 1, ols.rows));
  }
  RegressionFit fit;
  fit.model = linear::olsModel(ols, data.features, data.target, data.target_unit);
  fit.diagnostics = coefficientTable(data, ols);
  fit.influence =
      linear::influenceOf(ols, data.features, data.rows, data.targets, context.part(0.7, 1));
  fit.metrics = {{"adjusted_r2", ols.adjusted_r2},
                 {"residual_standard_error", ols.residual_standard_error},
                 {"residual_freedom", ols.residual_freedom},
                 {"rank", static_cast<double>(ols.rank)},
                 {"f_statistic", ols.f},
                 {"f_p_value", ols.f_p},
                 {"aic", ols.aic},
                 {"bic", ols.bic},
                 {"condition_number", ols.condition_number},
                 {"durbin_watson", ols.durbin_watson}};
  if (!ols.dropped.empty()) {
    fit.remark = fmt::format(
        "{} of {} terms say nothing that the others do not say, and have the "
        "coefficient 0 (see the log).",
        ols.dropped.size(), ols.terms.size());
  }
  return fit;
}

RegressionFit fitRidge(const RegressionData& data, const Parameters& parameters,
                       const Context& context) {
  linear::RidgeSettings settings;
  if (parameters.real("lambda") > 0) settings.lambda = parameters.real("lambda");
  if (parameters.text("lambda_choice") == "leave_one_out") {
    settings.choice = linear::RidgeChoice::leave_one_out;
  }
  const linear::RidgeFit ridge =
      linear::fitRidge(data.features, data.rows, data.targets, settings, context);
  RegressionFit fit;
  fit.model = linear::ridgeModel(ridge, data.features, data.target, data.target_unit);
  std::vector<Column> columns = termColumns(data, ridge.terms);
  std::vector<double> values{ridge.intercept};
  values.insert(values.end(), ridge.coefficients.begin(), ridge.coefficients.end());
  columns.push_back(realColumn("coefficient", std::move(values)));
  // How much a standard deviation of the term moves the prediction: comparable across units.
  const auto chosen = std::find_if(ridge.path.begin(), ridge.path.end(),
                                   [&](const auto& step) { return step.lambda == ridge.lambda; });
  std::vector<double> standardised{kNaN};
  standardised.insert(standardised.end(), chosen->coefficients.begin(), chosen->coefficients.end());
  columns.push_back(realColumn("per_deviation", std::move(standardised), data.target_unit));
  fit.diagnostics = Table(std::move(columns));
  fit.metrics = {{"lambda", ridge.lambda},
                 {"effective_freedom", ridge.effective_freedom},
                 {"cross_validation_mse", ridge.score}};
  fit.remark = fmt::format("The penalty lambda = {:.4g} leaves {:.4g} effective coefficients.",
                           ridge.lambda, ridge.effective_freedom);
  return fit;
}

}  // namespace

RegressionFit fitRegression(const RegressionData& data, const Parameters& parameters,
                            const Context& context) {
  const std::string& kind = parameters.text("model");
  if (kind == "ridge") return fitRidge(data, parameters, context);
  return fitLeastSquares(data, parameters, context);
}

}  // namespace lineament
