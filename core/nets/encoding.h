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

  // False, with zeros written, where a number is NaN or a level is none of the known ones.
  template <class T>
  bool encode(const double* row, T* inputs) const {
    bool valid = true;
    for (std::size_t j = 0; j < levels_.size(); ++j) {
      if (levels_[j] == 0) {
        valid &= !std::isnan(row[j]);
        *inputs++ = std::isnan(row[j]) ? T{0} : static_cast<T>((row[j] - mean_[j]) / scale_[j]);
        continue;
      }
      for (std::size_t k = 0; k < levels_[j]; ++k) inputs[k] = T{0};
      const bool known = row[j] >= 0 && row[j] < static_cast<double>(levels_[j]);
      if (known) inputs[static_cast<std::size_t>(row[j])] = T{1};
      valid &= known;
      inputs += levels_[j];
    }
    return valid;
  }

 private:
  std::vector<std::size_t> levels_;  // 0: numeric
  std::vector<double> mean_, scale_;
  std::size_t width_ = 0;
};

}  // namespace lineament::nets
