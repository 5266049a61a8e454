// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sample_scene.h"

#include "core/analyses/rock_scene.h"

namespace lineament {

namespace {

Declaration declare() {
  Declaration declaration;
  declaration.id = "sample.scene";
  declaration.title = "Make a sample satellite scene";
  declaration.summary =
      "Draws a synthetic six-band scene over known rock units: folded strata, an intrusion, a "
      "river with plants and a cloud. It serves to try the program and to see whether a map made "
      "without labels finds the units.";
  declaration.source =
      "Hunt (1977), Spectral signatures of particulate minerals in the visible and near infrared, "
      "for the shapes of the spectra; the numbers are invented";
  const auto side = [](const char* id, const char* title) {
    return Parameter{.id = id,
                     .title = title,
                     .type = Parameter::Type::integer,
                     .fallback = std::int64_t{400},
                     .help = "Of the scene",
                     .unit = "pixels",
                     .lowest = 1,
                     .highest = 20000};
  };
  declaration.parameters = {side("columns", "Columns"), side("rows", "Rows")};
  declaration.outputs = {{"scene", Kind::raster, "Scene", "Six bands, blue to 2.2 µm"},
                         {"units", Kind::raster, "Rock units", "What is there"}};
  return declaration;
}

class SampleScene : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs&, const Parameters& parameters, const Context& context) const override {
    context.checkpoint(0, "Drawing the scene");
    RockScene made =
        rockScene(context.seed, parameters.integer("columns"), parameters.integer("rows"));
    Outputs outputs;
    outputs.add("scene", Data(std::move(made.scene)));
    outputs.add("units", Data(std::move(made.units)));
    return outputs;
  }

 private:
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSampleScene() {
  return std::make_unique<SampleScene>();
}

}  // namespace lineament
