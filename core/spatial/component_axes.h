// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/spatial/pixel_features.h"

namespace lineament::spatial {

// Directions in the space of the bands, the leading ones first. The largest weight of each is
// positive, so that signs do not depend on the solver.
struct ComponentAxes {
  FeatureMap map;                     // of the components that are kept
  std::vector<double> values;         // of all components, descending: see the functions below
  std::vector<double> shares;         // of all components, of the sum that `share` counts in
  std::vector<std::string> left_out;  // constant bands
};

// Principal components of the scaled bands: the fewest that hold `share` of the variance. Values
// are variances.
ComponentAxes principalComponents(const Raster& raster, const BandStatistics& statistics,
                                  Scaling scaling, double share);

// Minimum noise fractions (Green, Berman, Switzer and Craig, 1988): directions of the largest
// signal to noise ratio, each scaled to noise of variance 1. Noise is what neighbours in a row
// differ by, divided by the square root of 2. Values are variances, 1 for pure noise; kept are the
// fewest components that hold `share` of what the values are above 1, one at the least. Whatever
// the bands are scaled by, these are the same.
//
// Error "mnf.noise" where bands have no noise to divide by.
ComponentAxes minimumNoiseFractions(const Raster& raster, const BandStatistics& statistics,
                                    double share, const Context& context);

}  // namespace lineament::spatial
