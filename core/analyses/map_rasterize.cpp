// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/map_rasterize.h"

#include <cmath>

#include "core/spatial/rasterize.h"

namespace lineament {

namespace {

Declaration declare() {
  Declaration declaration;
  declaration.id = "map.rasterize";
  declaration.title = "Draw a vector layer on pixels";
  declaration.summary =
      "Turns a vector layer, such as training areas or a geological map, into a raster of classes "
      "on the pixels of a scene. A pixel has the class of the area that its centre lies in; where "
      "areas overlap, the last one counts. Layers in another coordinate system are brought to the "
      "scene's.";
  declaration.source = "GDAL's rasterize; coordinate systems after PROJ";
  declaration.inputs = {{.id = "features",
                         .title = "Vector layer",
                         .kinds = {Kind::features},
                         .help = "Areas with an attribute that says what they are"},
                        {.id = "grid",
                         .title = "Scene",
                         .kinds = {Kind::raster},
                         .help = "A raster whose pixels the classes are for"}};
  declaration.parameters = {unitParameter("features")};
  declaration.outputs = {{"labels", Kind::raster, "Map", "The class of each pixel"},
                         {"figure_map", Kind::figure, "Figure: map", ""}};
  declaration.metrics = {{"classes", "Classes", "", "That lie on the scene"},
                         {"pixels", "Pixels", "", "That have a class"}};
  return declaration;
}

double labelledPixels(const Raster& raster, const Context& context) {
  std::int64_t count = 0;
  for (std::int64_t row = 0; row < raster.rows(); ++row) {
    context.checkpoint(static_cast<double>(row) / static_cast<double>(raster.rows()),
                       "Counting pixels");
    for (const float value : raster.values({0, row, raster.columns(), 1})) {
      count += !std::isnan(value);
    }
  }
  return static_cast<double>(count);
}

class MapRasterize : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const Raster labels =
        spatial::rasterize(inputs.get<Features>("features"), inputs.get<Raster>("grid").grid(),
                           parameters.text("unit"), context.part(0, 0.9));
    Outputs outputs;
    outputs.metrics = {{"classes", static_cast<double>(labels.classes().size())},
                       {"pixels", labelledPixels(labels, context.part(0.9, 1))}};
    outputs.add("labels", Data(labels));
    outputs.add("figure_map", Data(FigureSpec{"map", "labels", "Map of classes", "", {}}));
    return outputs;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

Parameter unitParameter(const std::string& input) {
  return {.id = "unit",
          .title = "Attribute",
          .type = Parameter::Type::column,
          .fallback = std::string(),
          .help = "Which attribute of the layer names the unit; empty means the most likely one",
          .of_input = input};
}

std::unique_ptr<Analysis> makeMapRasterize() {
  return std::make_unique<MapRasterize>();
}

}  // namespace lineament
