// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/data/model.h"
#include "core/linear/ols.h"
#include "core/linear/ridge.h"

namespace lineament::linear {

// A fit as a model of type "ols" or "ridge", bound to its predictor. The configuration holds the
// intercept and the terms ({"feature": index, "level": index or null, "name"}), the tensor
// "coefficients" one number per term, and "deviations" the standard deviation of each term's
// column. Least squares adds the tensor "estimates", one row for the intercept and one per term:
// standard error, t, p, the 95 % interval's ends and the variance inflation factor, NaN where
// there is none.
Model olsModel(const OlsFit& fit, std::vector<Feature> features, std::string target,
               std::string target_unit);
Model ridgeModel(const RidgeFit& fit, std::vector<Feature> features, std::string target,
                 std::string target_unit);

// A linear model as a sum over its features: f(x) = intercept + sum over j of effect_j(x_j).
class LinearEffects {
 public:
  // Throws Error "linear.malformed" when the model is not of type "ols" or "ridge" or its tensors
  // and configuration do not fit each other.
  explicit LinearEffects(const Model& model);

  double intercept() const { return intercept_; }
  std::size_t features() const { return effects_.size(); }
  // NaN for a missing value or a level that the model does not know.
  double effect(std::size_t feature, double value) const;

 private:
  struct Effect {
    double slope = 0;              // numeric features
    std::vector<double> of_level;  // categorical features
  };
  double intercept_ = 0;
  std::vector<Effect> effects_;
};

// f(x) of a model of type "ols" or "ridge". Errors as above.
std::shared_ptr<const Predictor> linearPredictor(const Model& model);

}  // namespace lineament::linear
