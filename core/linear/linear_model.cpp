// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linear/linear_model.h"

#include <cmath>
#include <limits>
#include <utility>

#include "core/base/parallel.h"

namespace lineament::linear {

namespace {

constexpr ErrorText kMalformed{"linear.malformed", "Use the linear model", "{reason}", "",
                               "The model was damaged or written by another program: fit it anew"};

constexpr std::size_t kRowBlock = 4096;

[[noreturn]] void malformed(std::string_view reason) {
  throw Error(kMalformed, {{"reason", reason}});
}

class LinearPredictor : public Predictor {
 public:
  explicit LinearPredictor(const Model& model) : effects_(model) {}

  std::size_t featureCount() const override { return effects_.features(); }
  std::size_t outputCount() const override { return 1; }

  void predict(std::span<const double> rows, std::span<double> outputs,
               const Context& context) const override {
    const std::size_t width = effects_.features();
    forBlocks(outputs.size(), kRowBlock, context, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        double sum = effects_.intercept();
        for (std::size_t j = 0; j < width; ++j) sum += effects_.effect(j, rows[row * width + j]);
        outputs[row] = sum;
      }
    });
  }

 private:
  LinearEffects effects_;
};

Model modelOf(std::string type, double intercept, const std::vector<Term>& terms,
              const std::vector<double>& coefficients, const std::vector<double>& deviations,
              std::vector<Feature> features, std::string target, std::string target_unit) {
  Model model;
  model.type = std::move(type);
  model.features = std::move(features);
  model.target = std::move(target);
  model.target_unit = std::move(target_unit);
  nlohmann::json listed = nlohmann::json::array();
  for (const Term& term : terms) {
    nlohmann::json entry{{"feature", term.feature}, {"level", nullptr}, {"name", term.name}};
    if (term.level) entry["level"] = *term.level;
    listed.push_back(std::move(entry));
  }
  model.configuration = {{"intercept", intercept}, {"terms", std::move(listed)}};
  const auto keep = [&](const char* name, const std::vector<double>& values) {
    model.tensors.emplace(name, Tensor::of({values.size()}, values, {"term"}));
  };
  keep("coefficients", coefficients);
  keep("deviations", deviations);
  return model;
}

Tensor estimatesOf(const OlsFit& fit) {
  std::vector<double> values;
  const auto add = [&](const Estimate& of) {
    values.insert(values.end(), {of.standard_error, of.t, of.p, of.low, of.high, of.vif});
  };
  add(fit.intercept_estimate);
  for (const Estimate& estimate : fit.estimates) add(estimate);
  return Tensor::of({fit.estimates.size() + 1, 6}, std::move(values), {"term", "statistic"});
}

}  // namespace

Model olsModel(const OlsFit& fit, std::vector<Feature> features, std::string target,
               std::string target_unit) {
  Model model = modelOf("ols", fit.intercept, fit.terms, fit.coefficients, fit.deviations,
                        std::move(features), std::move(target), std::move(target_unit));
  model.tensors.emplace("estimates", estimatesOf(fit));
  model.configuration["rows"] = fit.rows;
  model.configuration["residual_standard_error"] =
      fit.residual_freedom > 0 ? nlohmann::json(fit.residual_standard_error) : nullptr;
  model.configuration["r2"] = std::isfinite(fit.r2) ? nlohmann::json(fit.r2) : nullptr;
  model.predictor = linearPredictor(model);
  return model;
}

Model ridgeModel(const RidgeFit& fit, std::vector<Feature> features, std::string target,
                 std::string target_unit) {
  Model model = modelOf("ridge", fit.intercept, fit.terms, fit.coefficients, fit.deviations,
                        std::move(features), std::move(target), std::move(target_unit));
  model.configuration["rows"] = fit.rows;
  model.configuration["lambda"] = fit.lambda;
  model.configuration["effective_freedom"] = fit.effective_freedom;
  model.predictor = linearPredictor(model);
  return model;
}

LinearEffects::LinearEffects(const Model& model) {
  if (model.type != "ols" && model.type != "ridge") {
    malformed("a model of type 'ols' or 'ridge' is expected, this is '" + model.type + "'");
  }
  const auto found = model.tensors.find("coefficients");
  if (found == model.tensors.end()) malformed("it has no tensor 'coefficients'");
  const std::vector<double> coefficients = found->second.numbers();
  for (const Feature& feature : model.features) {
    effects_.push_back({0.0, std::vector<double>(feature.levels.size(), 0.0)});
  }
  try {
    intercept_ = model.configuration.at("intercept").get<double>();
    const nlohmann::json& terms = model.configuration.at("terms");
    if (terms.size() != coefficients.size()) malformed("terms and coefficients differ in number");
    for (std::size_t i = 0; i < terms.size(); ++i) {
      Effect& effect = effects_.at(terms[i].at("feature").get<std::size_t>());
      const nlohmann::json& level = terms[i].at("level");
      (level.is_null() ? effect.slope : effect.of_level.at(level.get<std::size_t>())) =
          coefficients[i];
    }
  } catch (const nlohmann::json::exception& broken) {
    malformed(broken.what());
  } catch (const std::out_of_range&) {
    malformed("a term names a feature or level that the model lacks");
  }
}

double LinearEffects::effect(std::size_t feature, double value) const {
  const Effect& effect = effects_[feature];
  if (effect.of_level.empty()) return effect.slope * value;
  if (!(value >= 0) || value >= static_cast<double>(effect.of_level.size())) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return effect.of_level[static_cast<std::size_t>(value)];
}

std::shared_ptr<const Predictor> linearPredictor(const Model& model) {
  return std::make_shared<LinearPredictor>(model);
}

}  // namespace lineament::linear
