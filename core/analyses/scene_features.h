// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "core/analysis/analysis.h"
#include "core/spatial/pixel_features.h"

namespace lineament {

// What the map analyses share: the rasters of a scene and the features of its pixels.

Input sceneInput();
Parameter resamplingParameter();
std::vector<Parameter> featureParameters();

// The rasters of the input on one grid; then without the bands that "bands" leaves out.
Raster stackOf(const Inputs& inputs, const Parameters& parameters, const Context& context);
Raster sceneOf(const Inputs& inputs, const Parameters& parameters, const Context& context);

struct SceneFeatures {
  spatial::BandStatistics statistics;
  spatial::FeatureMap map;
  std::vector<double> ratios;  // of the principal components; empty without
};
SceneFeatures sceneFeatures(const Raster& scene, const Parameters& parameters,
                            const Context& context);

}  // namespace lineament
