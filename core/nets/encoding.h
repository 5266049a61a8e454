// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "core/data/model.h"

namespace lineament::nets {

// From the features people know to the inputs of a network: a number is standardised by its mean
// and scale, a level becomes one indicator per level of its feature.
class InputEncoding {
 public:
  // One mean and one scale per feature; a categorical feature's are not used.
  InputEncoding(const std::vector<Feature>& features, std::vector<double> mean,
                std::vector<double> scale);

  std::size_t featureCount() const { return levels_.size(); }
  std::size_t width() const { return width_; }  // inputs of the network
  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& scale() const { return scale_; }

  // Inputs that the feature takes.
  std::size_t inputsOf(std::size_t feature) const {
    return levels_[feature] == 0 ? 1 : levels_[feature];
  }

  // Writes one feature's inputs. False, with zeros written, where a number is NaN or a level is
  // none of the known ones.
  template <class T>
  bool encode(std::size_t feature, double value, T* inputs) const {
    if (levels_[feature] == 0) {
      const bool valid = !std::isnan(value);
      *inputs = valid ? static_cast<T>((value - mean_[feature]) / scale_[feature]) : T{0};
      return valid;
    }
    for (std::size_t k = 0; k < levels_[feature]; ++k) inputs[k] = T{0};
    const bool known = value >= 0 && value < static_cast<double>(levels_[feature]);
    if (known) inputs[static_cast<std::size_t>(value)] = T{1};
    return known;
  }

  // A whole row's; false where one of its features is.
  template <class T>
  bool encode(const double* row, T* inputs) const {
    bool valid = true;
    for (std::size_t j = 0; j < levels_.size(); ++j) {
      valid &= encode(j, row[j], inputs);
      inputs += inputsOf(j);
    }
    return valid;
  }

 private:
  std::vector<std::size_t> levels_;  // 0: numeric
  std::vector<double> mean_, scale_;
  std::size_t width_ = 0;
};

}  // namespace lineament::nets
