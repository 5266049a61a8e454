// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/scene_features.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/data/raster_bands.h"
#include "core/spatial/raster_stack.h"

namespace lineament {

namespace {

using spatial::Resampling;
using spatial::Scaling;

Scaling scalingOf(const Parameters& parameters) {
  const std::string& scaling = parameters.text("scaling");
  if (scaling == "none") return Scaling::none;
  return scaling == "standard" ? Scaling::standard : Scaling::minmax;
}

}  // namespace

Input sceneInput() {
  return {.id = "raster",
          .title = "Scene",
          .kinds = {Kind::raster},
          .help =
              "One file with all bands, or several of one scene: bands of other resolutions "
              "are sampled on the finest grid",
          .many = true};
}

Parameter resamplingParameter() {
  return {.id = "resampling",
          .title = "Resampling",
          .type = Parameter::Type::choice,
          .fallback = std::string("nearest"),
          .help = "How bands of another resolution are sampled",
          .choices = {{"nearest", "Nearest pixel", ""}, {"bilinear", "Bilinear", ""}},
          .advanced = true};
}

std::vector<Parameter> featureParameters() {
  using Type = Parameter::Type;
  return {{.id = "features",
           .title = "Features",
           .type = Type::choice,
           .fallback = std::string("bands"),
           .help = "What the pixels are compared by",
           .choices = {{"bands", "Bands", "Each band as it is"},
                       {"pca", "Principal components",
                        "The fewest directions that hold the share of variance asked for"}}},
          {.id = "scaling",
           .title = "Scaling",
           .type = Type::choice,
           .fallback = std::string("minmax"),
           .help = "How bands are made comparable first",
           .choices = {{"minmax", "To 0 to 1", "By the smallest and largest value of each band"},
                       {"standard", "To variance 1", "Mean 0 and variance 1 in each band"},
                       {"none", "None", "The values of the files"}}},
          {.id = "variance",
           .title = "Share of variance",
           .type = Type::real,
           .fallback = 0.9,
           .help = "Of the components that are kept",
           .lowest = 0,
           .highest = 1,
           .lowest_excluded = true,
           .shown_if = "features=pca"},
          {.id = "bands",
           .title = "Bands",
           .type = Type::text,
           .fallback = std::string(),
           .help = "Names of the bands to use, separated by commas; all when empty",
           .advanced = true},
          resamplingParameter()};
}

Raster stackOf(const Inputs& inputs, const Parameters& parameters, const Context& context) {
  std::vector<Raster> rasters;
  for (const Data& data : inputs.all("raster")) rasters.push_back(data.require<Raster>());
  const Resampling resampling =
      parameters.text("resampling") == "bilinear" ? Resampling::bilinear : Resampling::nearest;
  return spatial::stack(rasters, resampling, context);
}

Raster sceneOf(const Inputs& inputs, const Parameters& parameters, const Context& context) {
  return chooseBands(stackOf(inputs, parameters, context), parameters.text("bands"));
}

SceneFeatures sceneFeatures(const Raster& scene, const Parameters& parameters,
                            const Context& context) {
  SceneFeatures features;
  features.statistics = spatial::statisticsOf(scene, context);
  std::vector<std::string> left_out;
  const Scaling scaling = scalingOf(parameters);
  if (parameters.text("features") == "pca") {
    features.map =
        spatial::principalComponents(scene, features.statistics, scaling,
                                     parameters.real("variance"), left_out, features.ratios);
  } else {
    features.map = spatial::bandFeatures(scene, features.statistics, scaling, left_out);
  }
  if (!left_out.empty()) {
    context.warn(fmt::format("Constant and left out: {}", fmt::join(left_out, ", ")));
  }
  return features;
}

}  // namespace lineament
