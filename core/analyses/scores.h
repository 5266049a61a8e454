// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace lineament {

// How well predictions meet measurements.
struct Scores {
  double r2 = 0;    // 1 - sum of squared errors / sum of squares around the mean; NaN under two
                    // rows and for constant measurements
  double mae = 0;   // mean absolute error
  double rmse = 0;  // root of the mean squared error
};

// Of equal length; NaN throughout when there is none.
Scores scoresOf(std::span<const double> measured, std::span<const double> predicted);

}  // namespace lineament
