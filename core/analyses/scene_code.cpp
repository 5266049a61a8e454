// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/scene_code.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "core/base/error.h"
#include "core/spatial/sampled_points.h"

namespace lineament {

namespace {

using spatial::PointCode;

constexpr ErrorText kHidden{"code.hidden", "Read the hidden layers '{text}'",
                            "'{part}' is no number from 1 to {most}", "",
                            "Write widths separated by commas, such as 6, 4"};
constexpr std::size_t kWidest = 1024;
constexpr std::size_t kMostLayers = 8;

std::vector<std::size_t> hiddenOf(const std::string& text, std::vector<std::size_t> fallback) {
  if (text.find_first_not_of(" \t") == std::string::npos) return fallback;
  std::vector<std::size_t> widths;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string part = text.substr(begin, end - begin);
    part.erase(0, part.find_first_not_of(" \t"));
    part.erase(part.find_last_not_of(" \t") + 1);
    std::size_t width = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), width);
    if (error != std::errc() || stop != part.data() + part.size() || width < 1 || width > kWidest ||
        widths.size() == kMostLayers) {
      throw Error::usage(kHidden, {{"text", text}, {"part", part}, {"most", kWidest}});
    }
    widths.push_back(width);
    begin = end + 1;
  }
  return widths;
}

// The parameter's number, or the recipe's own where it is 0.
template <class T>
void take(const Parameters& parameters, const char* id, T& value) {
  if (parameters.integer(id) > 0) value = static_cast<T>(parameters.integer(id));
}

}  // namespace

bool isLearnt(const Parameters& parameters) {
  return parameters.text("features").find("autoencoder") != std::string::npos;
}

std::vector<Parameter> codeParameters() {
  using Type = Parameter::Type;
  const char* any = "features=autoencoder|stacked-autoencoder|stacked-autoencoder-tuned";
  const char* free = "features=autoencoder|stacked-autoencoder-tuned";
  return {{.id = "code",
           .title = "Width of the code",
           .type = Type::integer,
           .fallback = std::int64_t{0},
           .help = "Features that are learnt; 0 stands for 2, or 3 with joint fine-tuning",
           .lowest = 0,
           .highest = 64,
           .shown_if = free},
          {.id = "hidden",
           .title = "Hidden layers",
           .type = Type::text,
           .fallback = std::string(),
           .help = "Widths before the code, separated by commas; they come again behind it in the "
                   "other order. Empty stands for 6, 4, or 16, 8 with joint fine-tuning",
           .shown_if = free},
          {.id = "epochs",
           .title = "Epochs",
           .type = Type::integer,
           .fallback = std::int64_t{0},
           .help = "Passes over the pixels; 0 stands for 10. The second and third of stacked "
                   "autoencoders take half as many",
           .lowest = 0,
           .highest = 10000,
           .shown_if = any},
          {.id = "batch",
           .title = "Batch",
           .type = Type::integer,
           .fallback = std::int64_t{0},
           .help = "Pixels of a step; 0 stands for 64, or 256 with joint fine-tuning",
           .unit = "pixels",
           .lowest = 0,
           .highest = 1 << 20,
           .advanced = true,
           .shown_if = free},
          {.id = "learning_rate",
           .title = "Learning rate",
           .type = Type::real,
           .fallback = 1e-3,
           .help = "Of Adam",
           .lowest = 0,
           .highest = 1,
           .lowest_excluded = true,
           .advanced = true,
           .shown_if = any},
          {.id = "penalty",
           .title = "Penalty of activations",
           .type = Type::real,
           .fallback = 1e-4,
           .help = "Times the sum of their absolute values, in the loss of each pixel",
           .lowest = 0,
           .highest = 1,
           .advanced = true,
           .shown_if = "features=autoencoder|stacked-autoencoder"},
          {.id = "training_pixels",
           .title = "Pixels to train on",
           .type = Type::integer,
           .fallback = std::int64_t{0},
           .help = "Drawn at random; 0 stands for all",
           .unit = "pixels",
           .lowest = 0,
           .highest = 1e10,
           .advanced = true,
           .shown_if = any}};
}

std::unique_ptr<PointCode> learnCode(std::shared_ptr<const spatial::KeptPoints> points,
                                     const Parameters& parameters, const Context& context) {
  spatial::SharedPoints training = points;
  const std::int64_t sample = parameters.integer("training_pixels");
  if (sample > 0 && static_cast<std::uint64_t>(sample) < points->count()) {
    training = std::make_shared<spatial::SampledPoints>(*points, static_cast<std::size_t>(sample),
                                                        context.seed, context.part(0, 0.02));
  }
  const Context rest = context.part(0.02, 1);
  const std::string& features = parameters.text("features");
  if (features == "stacked-autoencoder") {
    spatial::StackedOptions options{.learning_rate = parameters.real("learning_rate"),
                                    .penalty = parameters.real("penalty"),
                                    .seed = context.seed};
    if (const std::int64_t epochs = parameters.integer("epochs"); epochs > 0) {
      options.epochs_factor = static_cast<double>(epochs) / 10;
    }
    return learnStacked(training, options, rest);
  }
  const auto fill = [&](auto& options) {
    options.hidden = hiddenOf(parameters.text("hidden"), options.hidden);
    take(parameters, "code", options.code);
    take(parameters, "epochs", options.schedule.epochs);
    take(parameters, "batch", options.schedule.batch);
    options.schedule.learning_rate = parameters.real("learning_rate");
    options.schedule.seed = context.seed;
  };
  if (features == "stacked-autoencoder-tuned") {
    spatial::TunedOptions options;
    fill(options);
    return learnTuned(training, options, rest);
  }
  spatial::AutoencoderOptions options;
  fill(options);
  options.schedule.penalty = parameters.real("penalty");
  return learnAutoencoder(training, options, rest);
}

Series lossesOf(const PointCode& code) {
  Series series{"Losses while training", {"Epoch", ""}, {"Mean loss", ""}, {}, {}};
  for (const spatial::CodeStage& stage : code.stages()) {
    std::vector<double> epochs;
    for (std::size_t i = 0; i < stage.losses.size(); ++i) {
      epochs.push_back(static_cast<double>(i + 1));
    }
    series.curves.push_back(
        {stage.name, std::move(epochs), stage.losses, Series::Style::line_and_points, {}});
  }
  return series;
}

Model modelOf(const PointCode& code, const spatial::FeatureMap& map) {
  Model model;
  model.type = "autoencoder";
  for (const std::string& name : map.names) model.features.push_back({name, "", {}});
  model.tensors["input.centre"] = Tensor::of({map.centre.size()}, map.centre);
  model.tensors["input.matrix"] = Tensor::of({map.features(), map.centre.size()}, map.matrix);
  nlohmann::json layers = nlohmann::json::array(), stages = nlohmann::json::array();
  for (const spatial::CodeStage& stage : code.stages()) {
    Model one;
    nets::storeLayers(stage.network->layers(0, stage.network->layerCount()), one);
    stages.push_back({{"name", stage.name},
                      {"inputs", stage.network->inputs()},
                      {"code_layer", stage.code_layer},
                      {"layers", one.configuration["layers"].size()}});
    for (nlohmann::json& layer : one.configuration["layers"]) {
      if (layer.contains("name")) {
        layer["name"] = stage.name + "." + layer["name"].get<std::string>();
      }
      layers.push_back(std::move(layer));
    }
    for (auto& [name, tensor] : one.tensors) model.tensors[stage.name + "." + name] = tensor;
  }
  model.configuration["layers"] = std::move(layers);
  model.configuration["stages"] = std::move(stages);
  return model;
}

}  // namespace lineament
