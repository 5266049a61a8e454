// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/scene_features.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/analyses/scene_code.h"
#include "core/base/error.h"
#include "core/data/quality_band.h"
#include "core/data/raster_bands.h"
#include "core/spatial/point_moments.h"
#include "core/spatial/raster_stack.h"
#include "core/spatial/texture.h"

namespace lineament {

namespace {

using spatial::Resampling;
using spatial::Scaling;

Scaling scalingOf(const Parameters& parameters) {
  const std::string& scaling = parameters.text("scaling");
  if (scaling == "none") return Scaling::none;
  return scaling == "standard" ? Scaling::standard : Scaling::minmax;
}

std::vector<spatial::WindowStatistic> textureOf(const Parameters& parameters) {
  using enum spatial::WindowStatistic;
  const std::string& texture = parameters.text("texture");
  if (texture == "all") return {mean, deviation, range};
  for (const spatial::WindowStatistic each : {mean, deviation, range}) {
    if (texture == name(each)) return {each};
  }
  return {};
}

std::vector<Parameter> textureParameters() {
  using Type = Parameter::Type;
  return {{.id = "texture",
           .title = "Texture",
           .type = Type::choice,
           .fallback = std::string("none"),
           .help = "What a window around each pixel is like, as further bands: one for each band",
           .choices = {{"none", "None", ""},
                       {"deviation", "Deviation", "Standard deviation of the window"},
                       {"range", "Range", "Largest less smallest value of the window"},
                       {"mean", "Mean", "Of the window"},
                       {"all", "All three", ""}},
           .advanced = true},
          {.id = "texture_window",
           .title = "Window of the texture",
           .type = Type::integer,
           .fallback = std::int64_t{5},
           .help = "Its side; an even number counts as the next odd one",
           .unit = "pixels",
           .lowest = 3,
           .highest = 101,
           .advanced = true,
           .shown_if = "texture=deviation|range|mean|all"}};
}

void mapBands(const Raster& scene, const Parameters& parameters, SceneFeatures& features,
              const Context& context) {
  const std::string& kind = parameters.text("features");
  std::vector<std::string> left_out;
  if (kind == "pca" || kind == "mnf") {
    const double share = parameters.real("variance");
    features.axes =
        kind == "pca"
            ? spatial::principalComponents(scene, features.statistics, scalingOf(parameters), share)
            : spatial::minimumNoiseFractions(scene, features.statistics, share, context);
    features.map = features.axes.map;
    left_out = features.axes.left_out;
    for (std::size_t i = 0; i < features.map.features(); ++i) {
      context.note(fmt::format("{} holds {:.2f} % of the {}", features.map.names[i],
                               100 * features.axes.shares[i],
                               kind == "pca" ? "variance" : "signal above the noise"));
    }
  } else {
    // A logistic output cannot leave 0 to 1.
    const bool sigmoid = isLearnt(parameters) && kind != "stacked-autoencoder-tuned";
    features.map = spatial::bandFeatures(
        scene, features.statistics, sigmoid ? Scaling::minmax : scalingOf(parameters), left_out);
  }
  if (!left_out.empty()) {
    context.warn(fmt::format("Constant and left out: {}", fmt::join(left_out, ", ")));
  }
}

void nameCodes(SceneFeatures& features, const Context& context) {
  features.names.clear();
  for (std::size_t i = 0; i < features.points->features(); ++i) {
    features.names.push_back(fmt::format("code {}", i + 1));
  }
  const std::vector<double> variances = spatial::momentsOf(*features.points, context).variance;
  for (std::size_t i = 0; i < variances.size(); ++i) {
    if (variances[i] >= 1e-12) continue;
    context.warn(fmt::format("{} is the same for all pixels: the network does not use it",
                             features.names[i]));
  }
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

std::vector<Parameter> stackParameters() {
  Parameter clouds{.id = "clouds",
                   .title = "Clouds",
                   .type = Parameter::Type::choice,
                   .fallback = std::string("hide"),
                   .help =
                       "What becomes of pixels that a quality band (QA_PIXEL of Landsat, SCL "
                       "of Sentinel-2) calls cloud, cloud shadow or saturated",
                   .choices = {{"hide", "Leave out", ""}, {"keep", "Keep", ""}},
                   .advanced = true};
  Parameter resampling{.id = "resampling",
                       .title = "Resampling",
                       .type = Parameter::Type::choice,
                       .fallback = std::string("nearest"),
                       .help = "How bands of another resolution are sampled",
                       .choices = {{"nearest", "Nearest pixel", ""}, {"bilinear", "Bilinear", ""}},
                       .advanced = true};
  return {std::move(resampling), std::move(clouds)};
}

std::vector<Parameter> featureParameters() {
  using Type = Parameter::Type;
  std::vector<Parameter> all = {
      {.id = "features",
       .title = "Features",
       .type = Type::choice,
       .fallback = std::string("bands"),
       .help = "What the pixels are compared by",
       .choices = {{"bands", "Bands", "Each band as it is"},
                   {"pca", "Principal components",
                    "The fewest directions that hold the share of variance asked for"},
                   {"mnf", "Minimum noise fractions",
                    "The directions of the largest signal to noise ratio, noise being what "
                    "neighbouring pixels differ by"},
                   {"autoencoder", "Autoencoder",
                    "Learnt: the narrow layer of a network that gives back the bands"},
                   {"stacked-autoencoder", "Stacked autoencoders",
                    "Learnt: three autoencoders, each of what those before it give and of the "
                    "bands, as published by Nagar and others (2024)"},
                   {"stacked-autoencoder-tuned", "Stacked autoencoder, fine-tuned",
                    "Learnt: a deep autoencoder, layer by layer first, then as a whole"}}},
      {.id = "scaling",
       .title = "Scaling",
       .type = Type::choice,
       .fallback = std::string("minmax"),
       .help = "How bands are made comparable first",
       .choices = {{"minmax", "To 0 to 1", "By the smallest and largest value of each band"},
                   {"standard", "To variance 1", "Mean 0 and variance 1 in each band"},
                   {"none", "None", "The values of the files"}},
       .shown_if = "features=bands|pca|stacked-autoencoder-tuned"},
      {.id = "variance",
       .title = "Share of variance",
       .type = Type::real,
       .fallback = 0.9,
       .help = "Of the components that are kept",
       .lowest = 0,
       .highest = 1,
       .lowest_excluded = true,
       .shown_if = "features=pca|mnf"},
      {.id = "bands",
       .title = "Bands",
       .type = Type::text,
       .fallback = std::string(),
       .help = "Names of the bands to use, separated by commas; all when empty",
       .advanced = true}};
  for (Parameter& parameter : textureParameters()) all.push_back(std::move(parameter));
  for (Parameter& parameter : stackParameters()) all.push_back(std::move(parameter));
  for (Parameter& parameter : codeParameters()) all.push_back(std::move(parameter));
  return all;
}

Parameter silhouetteParameter(std::int64_t pixels) {
  return {.id = "silhouette_sample",
          .title = "Pixels for the silhouette",
          .type = Parameter::Type::integer,
          .fallback = pixels,
          .help =
              "Drawn from the classes by their sizes; its cost grows with the square of their "
              "number",
          .lowest = 2,
          .highest = 50000,
          .advanced = true};
}

Raster stackOf(const Inputs& inputs, const Parameters& parameters, const Context& context) {
  std::vector<Raster> rasters;
  for (const Data& data : inputs.all("raster")) rasters.push_back(data.require<Raster>());
  const Resampling resampling =
      parameters.text("resampling") == "bilinear" ? Resampling::bilinear : Resampling::nearest;
  const Raster stacked = spatial::stack(rasters, resampling, context);
  if (parameters.text("clouds") == "keep") return stacked;
  const Raster clear = withoutClouds(stacked);
  if (clear.bands().size() != stacked.bands().size()) {
    context.note("Pixels that a quality band calls cloud, shadow or saturated are left out");
  }
  return clear;
}

Raster sceneOf(const Inputs& inputs, const Parameters& parameters, const Context& context) {
  const Raster bands = chooseBands(stackOf(inputs, parameters, context), parameters.text("bands"));
  return spatial::withTexture(bands, textureOf(parameters),
                              parameters.integer("texture_window") | 1);
}

SceneFeatures sceneFeatures(const Raster& scene, const Parameters& parameters,
                            const Context& context) {
  SceneFeatures features;
  const double learning = isLearnt(parameters) ? 0.8 : 0;
  const Context reading = context.part(0, 1 - learning);
  features.statistics = spatial::statisticsOf(scene, reading.part(0, 0.4), &features.missing);
  mapBands(scene, parameters, features, reading.part(0.4, 0.6));
  features.pixels = std::make_shared<spatial::PixelFeatures>(scene, features.map);
  features.points = std::make_shared<spatial::KeptPoints>(
      features.pixels, features.statistics.pixels, reading.part(0.6, 1));
  features.names = features.map.names;
  context.note(
      fmt::format("{} pixels, {} features", features.statistics.pixels, features.map.features()));
  if (isLearnt(parameters)) {
    features.code = learnCode(features.points, parameters, context.part(1 - learning, 0.95));
    features.points = std::make_shared<spatial::KeptPoints>(
        features.code->codes(features.points), features.statistics.pixels, context.part(0.95, 1));
    nameCodes(features, context);
  }
  return features;
}

}  // namespace lineament
