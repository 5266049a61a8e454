// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/map_reduce.h"

#include <fmt/format.h>

#include <cmath>

#include "core/analyses/scene_code.h"
#include "core/analyses/scene_features.h"
#include "core/spatial/feature_raster.h"
#include "core/spatial/point_moments.h"

namespace lineament {

namespace {

using spatial::SharedPoints;

Declaration declare() {
  Declaration declaration;
  declaration.id = "map.reduce";
  declaration.title = "Reduce the bands";
  declaration.summary =
      "The bands of a satellite scene as a few features, each a band of its own to look at: "
      "principal components, minimum noise fractions, or codes that an autoencoder learns. For "
      "learnt ones also how far each pixel is from what the network makes of it: large where "
      "something rare lies.";
  declaration.source =
      "Green, Berman, Switzer and Craig (1988), A transformation for ordering multispectral data "
      "in terms of image quality; Hinton and Salakhutdinov (2006); Nagar, Farahbakhsh, Awange and "
      "Chandra (2024), Remote sensing framework for geological mapping via stacked autoencoders "
      "and clustering";
  declaration.inputs = {sceneInput()};
  declaration.parameters = featureParameters();
  declaration.parameters.front().fallback = std::string("pca");
  declaration.outputs = {
      {"features", Kind::raster, "Features", "One band for each"},
      {"components", Kind::table, "Components",
       "Of pca and mnf: the variance of each, and the weights of the bands in those kept", false},
      {"residuals", Kind::raster, "Residuals",
       "Of learnt features: root mean squared difference of the scaled bands from what the network "
       "gives back",
       false},
      {"losses", Kind::series, "Losses", "Of learnt features, epoch by epoch", false},
      {"network", Kind::model, "Autoencoder", "Its layers and how bands are scaled for it", false},
      {"figure_map", Kind::figure, "Figure: map", ""}};
  declaration.metrics = {
      {"features", "Features", "", "That were made"},
      {"held", "Share held", "", "Of pca the variance, of mnf the signal above the noise"},
      {"residual", "Residual", "",
       "Of learnt features: root mean squared difference over all pixels and scaled bands"}};
  return declaration;
}

Table componentsTable(const Raster& scene, const spatial::ComponentAxes& axes) {
  std::vector<std::int64_t> numbers;
  std::vector<double> cumulative;
  double held = 0;
  for (std::size_t i = 0; i < axes.values.size(); ++i) {
    numbers.push_back(static_cast<std::int64_t>(i + 1));
    cumulative.push_back(held += axes.shares[i]);
  }
  std::vector<Column> columns;
  columns.emplace_back("component", std::move(numbers));
  columns.emplace_back("variance", axes.values);
  columns.emplace_back("share", axes.shares);
  columns.emplace_back("cumulative", std::move(cumulative));
  const std::size_t bands = scene.bands().size();
  for (std::size_t b = 0; b < bands; ++b) {
    std::vector<double> weights(axes.values.size(), std::nan(""));
    for (std::size_t i = 0; i < axes.map.features(); ++i) {
      weights[i] = axes.map.matrix[i * bands + b];
    }
    columns.emplace_back("weight " + scene.bands()[b].name, std::move(weights));
  }
  return Table(std::move(columns));
}

class MapReduce : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    context.checkpoint(0, "Reading the scene");
    const Raster scene = sceneOf(inputs, parameters, context);
    SceneFeatures features = sceneFeatures(scene, parameters, context.part(0, 0.9));
    const std::shared_ptr<const spatial::PointCode> code = std::move(features.code);
    Outputs outputs;
    outputs.add("features",
                Data(spatial::featureRaster(scene, features.map, codesBy(code), features.names)));
    outputs.metrics["features"] = static_cast<double>(features.names.size());
    if (!features.axes.values.empty()) {
      outputs.add("components", Data(componentsTable(scene, features.axes)));
      double held = 0;
      for (std::size_t i = 0; i < features.names.size(); ++i) held += features.axes.shares[i];
      outputs.metrics["held"] = held;
    }
    if (code) addNetwork(scene, features, code, context.part(0.9, 1), outputs);
    outputs.add("figure_map", Data(FigureSpec{"map", "features", "Features of the scene", "", {}}));
    return outputs;
  }

 private:
  static std::function<SharedPoints(SharedPoints)> codesBy(
      std::shared_ptr<const spatial::PointCode> code) {
    if (!code) return [](SharedPoints points) { return points; };
    return [code = std::move(code)](SharedPoints points) { return code->codes(std::move(points)); };
  }

  static void addNetwork(const Raster& scene, const SceneFeatures& features,
                         const std::shared_ptr<const spatial::PointCode>& code,
                         const Context& context, Outputs& outputs) {
    const auto residuals = [code](SharedPoints points) -> SharedPoints {
      return std::make_shared<spatial::PointDistances>(code->reconstructions(points), points);
    };
    const SharedPoints all = residuals(features.pixels);
    const spatial::PointMoments moments = spatial::momentsOf(*all, context);
    outputs.metrics["residual"] =
        std::sqrt(moments.variance[0] + moments.mean[0] * moments.mean[0]);
    outputs.add("residuals",
                Data(spatial::featureRaster(scene, features.map, residuals, {"residual"})));
    outputs.add("losses", Data(lossesOf(*code)));
    outputs.add("network", Data(modelOf(*code, features.map)));
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeMapReduce() {
  return std::make_unique<MapReduce>();
}

}  // namespace lineament
