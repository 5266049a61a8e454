// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/map_index.h"

#include <fmt/format.h>

#include <cmath>

#include "core/analyses/scene_features.h"
#include "core/base/error.h"
#include "core/spatial/band_formula.h"
#include "core/spatial/spectral_index.h"

namespace lineament {

namespace {

constexpr ErrorText kNoFormula{"index.no_formula", "Work out a formula over the bands",
                               "no formula was given", "",
                               "Write one, such as (B5 - B4) / (B5 + B4)"};

Declaration declare() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "map.index";
  declaration.title = "Band ratio or index";
  declaration.summary =
      "A number for each pixel from its bands: one of the ratios that geologists look at, with the "
      "bands found by their wavelengths, or a formula of your own. Where a band has no value or "
      "the result is no number there is none.";
  declaration.source =
      "Sabins (1999), Remote sensing for mineral exploration; Rouse, Haas, Schell and Deering "
      "(1974) for the NDVI; McFeeters (1996) for the NDWI";
  declaration.inputs = {sceneInput()};
  Parameter index{.id = "index",
                  .title = "Index",
                  .type = Type::choice,
                  .fallback = std::string("iron-oxide"),
                  .help = "Which ratio"};
  for (const spatial::SpectralIndex& one : spatial::spectralIndices()) {
    index.choices.push_back({std::string(one.id), std::string(one.title), std::string(one.help)});
  }
  index.choices.push_back({"formula", "Formula", "Your own"});
  declaration.parameters = {
      std::move(index),
      {.id = "formula",
       .title = "Formula",
       .type = Type::text,
       .fallback = std::string(),
       .help = "Over band names, [in brackets] where they are no plain words; + - * / ^, "
               "parentheses, abs, sqrt, log, exp, min, max",
       .shown_if = "index=formula"}};
  for (Parameter& parameter : stackParameters()) {
    declaration.parameters.push_back(std::move(parameter));
  }
  declaration.outputs = {{"index", Kind::raster, "Index", "The value of each pixel"},
                         {"figure_map", Kind::figure, "Figure: map", ""}};
  declaration.metrics = {{"mean", "Mean", "", "Over the pixels that have a value"},
                         {"deviation", "Standard deviation", "", ""},
                         {"lowest", "Lowest", "", ""},
                         {"highest", "Highest", "", ""}};
  return declaration;
}

class MapIndex : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const Raster scene = stackOf(inputs, parameters, context);
    const std::string& index = parameters.text("index");
    const std::string text =
        index == "formula" ? parameters.text("formula") : spatial::formulaOf(index, scene.bands());
    if (text.empty()) throw Error::usage(kNoFormula);
    if (index != "formula") context.note(fmt::format("{} is {}", index, text));
    const spatial::BandFormula formula(text, scene.bands());
    const Raster values = spatial::formulaRaster(scene, formula, index);
    const spatial::BandStatistics statistics = spatial::statisticsOf(values, context);
    Outputs outputs;
    outputs.add("index", Data(values));
    outputs.add("figure_map", Data(FigureSpec{"map", "index", text, "", {}}));
    outputs.metrics = {{"mean", statistics.mean[0]},
                       {"deviation", statistics.deviation(0)},
                       {"lowest", statistics.low[0]},
                       {"highest", statistics.high[0]}};
    return outputs;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeMapIndex() {
  return std::make_unique<MapIndex>();
}

}  // namespace lineament
