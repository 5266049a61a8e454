// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/data/model.h"
#include "core/nets/encoding.h"

namespace lineament::nets {

// The rows of a fit and which of them do what.
struct FitRows {
  std::span<const double> features;  // count x width, row-major
  std::span<const double> targets;
  std::size_t width = 0;
  std::vector<std::size_t> training, validation;  // ascending

  const double* row(std::size_t index) const { return features.data() + index * width; }
};

// The mean and the standard deviation (over n) of some numbers; 1 in its place for a constant.
struct Moments {
  double mean = 0;
  double scale = 1;
};

// Error "mlp.not_finite" naming the column and the row (from 1).
void checkFinite(const std::vector<Feature>& features, const std::string& target,
                 const FitRows& rows);

// Holds a share of the rows out for validation, chosen at random: at least one where the share is
// not 0, and leaves at least two. Error "mlp.too_few_rows" below four rows.
void splitRows(FitRows& rows, double validation_share, Random random);

// From the training rows alone.
InputEncoding encodingOf(const std::vector<Feature>& features, const FitRows& rows);
Moments targetMoments(const FitRows& rows);

}  // namespace lineament::nets
