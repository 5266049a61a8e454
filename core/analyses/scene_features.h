// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/analysis/analysis.h"
#include "core/spatial/component_axes.h"
#include "core/spatial/kept_points.h"
#include "core/spatial/pixel_codes.h"
#include "core/spatial/pixel_features.h"

namespace lineament {

// What the map analyses share: the rasters of a scene and the features of its pixels.

Input sceneInput();
std::vector<Parameter> stackParameters();  // of stackOf
std::vector<Parameter> featureParameters();
Parameter silhouetteParameter(std::int64_t pixels);  // "silhouette_sample"

// The rasters of the input on one grid, without what their quality bands call cloud; then without
// the bands that "bands" leaves out.
Raster stackOf(const Inputs& inputs, const Parameters& parameters, const Context& context);
Raster sceneOf(const Inputs& inputs, const Parameters& parameters, const Context& context);

struct SceneFeatures {
  spatial::BandStatistics statistics;
  std::vector<std::uint8_t> missing;  // of each pixel: 0 where it is a point, kNoLabel elsewhere
  spatial::FeatureMap map;  // of the bands; what the code is learnt from, where there is one
  std::unique_ptr<spatial::PointCode> code;
  std::vector<std::string> names;
  spatial::ComponentAxes axes;  // of "pca" and "mnf"

  // The pixels as they are read, and their features, kept.
  std::shared_ptr<const spatial::PixelFeatures> pixels;
  std::shared_ptr<const spatial::KeptPoints> points;
};
SceneFeatures sceneFeatures(const Raster& scene, const Parameters& parameters,
                            const Context& context);

}  // namespace lineament
