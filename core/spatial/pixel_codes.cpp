// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/pixel_codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lineament::spatial {

namespace {

using nets::Autoencoder;
using nets::AutoencoderLayer;
using Type = nets::Layer::Type;

// hidden, code, hidden backwards, inputs.
std::vector<AutoencoderLayer> mirrored(const std::vector<std::size_t>& hidden, std::size_t code,
                                       std::size_t inputs, Type code_activation,
                                       Type output_activation) {
  std::vector<AutoencoderLayer> layers;
  for (const std::size_t width : hidden) layers.push_back({width});
  layers.push_back({code, code_activation});
  for (auto width = hidden.rbegin(); width != hidden.rend(); ++width) layers.push_back({*width});
  layers.push_back({inputs, output_activation});
  return layers;
}

CodeStage trained(std::string name, Autoencoder network, std::size_t code_layer,
                  const PointSource& points, const AutoencoderSchedule& schedule,
                  const Context& context) {
  CodeStage stage{std::move(name), nullptr, code_layer, {}};
  stage.losses = trainAutoencoder(network, points, schedule, context);
  if (!stage.losses.empty()) {
    context.note(fmt::format("{}: loss {:.4g} in the last of {} epochs", stage.name,
                             stage.losses.back(), stage.losses.size()));
  }
  stage.network = std::make_shared<const Autoencoder>(std::move(network));
  return stage;
}

// One network from the points to the code and back.
class SingleCode : public PointCode {
 public:
  explicit SingleCode(std::vector<CodeStage> stages) { stages_ = std::move(stages); }

  SharedPoints codes(SharedPoints points) const override {
    const CodeStage& stage = stages_.back();
    return std::make_shared<LayerPoints>(std::move(points), stage.network, stage.code_layer);
  }
  SharedPoints reconstructions(SharedPoints points) const override {
    const CodeStage& stage = stages_.back();
    return std::make_shared<LayerPoints>(std::move(points), stage.network,
                                         stage.network->layerCount() - 1);
  }
};

class StackedCode : public PointCode {
 public:
  StackedCode(const SharedPoints& points, const StackedOptions& options, const Context& context) {
    learn(points, {6, 4}, 2, 10, 64, options, context.part(0, 0.4));
    stages_.back().code_layer = stages_.back().network->layerCount() - 1;
    learn(inputsOf(1, points), {10, 5}, 2, 5, 32, options, context.part(0.4, 0.65));
    stages_.back().code_layer = 1;
    learn(inputsOf(2, points), {15, 10, 5}, 2, 5, 16, options, context.part(0.65, 1));
  }

  SharedPoints codes(SharedPoints points) const override { return handedOn(2, points); }
  SharedPoints reconstructions(SharedPoints points) const override { return handedOn(0, points); }

 private:
  void learn(const SharedPoints& inputs, const std::vector<std::size_t>& hidden, std::size_t code,
             int epochs, std::size_t batch, const StackedOptions& options, const Context& context) {
    const std::size_t stage = stages_.size() + 1;
    const Random random = Random(options.seed).split(stage);
    const AutoencoderSchedule schedule{
        .epochs = std::max(1, static_cast<int>(std::lround(epochs * options.epochs_factor))),
        .batch = batch,
        .learning_rate = options.learning_rate,
        .penalty = options.penalty,
        .seed = Random(random.split(1)).bits()};
    Autoencoder network(inputs->features(),
                        mirrored(hidden, code, inputs->features(), Type::selu, Type::sigmoid),
                        random.split(0));
    stages_.push_back(trained(fmt::format("stage {}", stage), std::move(network), hidden.size(),
                              *inputs, schedule, context));
  }

  SharedPoints handedOn(std::size_t stage, const SharedPoints& points) const {
    return std::make_shared<LayerPoints>(inputsOf(stage, points), stages_[stage].network,
                                         stages_[stage].code_layer);
  }

  // What a stage takes: what those before it hand on, the newest first, then the points.
  SharedPoints inputsOf(std::size_t stage, const SharedPoints& points) const {
    if (stage == 0) return points;
    std::vector<SharedPoints> parts;
    for (std::size_t before = stage; before-- > 0;) parts.push_back(handedOn(before, points));
    parts.push_back(points);
    return std::make_shared<JoinedPoints>(std::move(parts));
  }
};

// Copies the parameters of a layer into another of the same size.
void copyLayer(const Autoencoder& from, std::size_t from_layer, Autoencoder& to,
               std::size_t to_layer) {
  const std::size_t count = (from.inputsOf(from_layer) + 1) * from.outputsOf(from_layer);
  std::copy_n(
      from.parameters().begin() + static_cast<std::ptrdiff_t>(from.parametersAt(from_layer)), count,
      to.parameters().begin() + static_cast<std::ptrdiff_t>(to.parametersAt(to_layer)));
}

}  // namespace

std::unique_ptr<PointCode> learnAutoencoder(const SharedPoints& points,
                                            const AutoencoderOptions& options,
                                            const Context& context) {
  const std::size_t inputs = points->features();
  const Random random = Random(options.schedule.seed).split(0);
  Autoencoder network(
      inputs, mirrored(options.hidden, options.code, inputs, Type::selu, Type::sigmoid), random);
  return std::make_unique<SingleCode>(
      std::vector<CodeStage>{trained("autoencoder", std::move(network), options.hidden.size(),
                                     *points, options.schedule, context)});
}

std::unique_ptr<PointCode> learnStacked(const SharedPoints& points, const StackedOptions& options,
                                        const Context& context) {
  return std::make_unique<StackedCode>(points, options, context);
}

std::unique_ptr<PointCode> learnTuned(const SharedPoints& points, const TunedOptions& options,
                                      const Context& context) {
  const std::size_t inputs = points->features(), levels = options.hidden.size() + 1;
  const Random random = Random(options.schedule.seed).split(7);
  Autoencoder whole(inputs,
                    mirrored(options.hidden, options.code, inputs, Type::linear, Type::linear),
                    random.split(0));
  std::vector<CodeStage> stages;
  SharedPoints below = points;
  for (std::size_t level = 0; level < levels; ++level) {
    const std::size_t down = level, up = whole.layerCount() - 1 - level;
    Autoencoder one(below->features(),
                    {{whole.outputsOf(down), whole.activationOf(down)},
                     {below->features(), whole.activationOf(up)}},
                    random.split(level + 1));
    AutoencoderSchedule schedule = options.schedule;
    schedule.epochs = options.first_epochs;
    schedule.seed = Random(random.split(100 + level)).bits();
    const double each = 0.3 / static_cast<double>(levels);
    stages.push_back(trained(
        fmt::format("layer {}", level + 1), std::move(one), 0, *below, schedule,
        context.part(each * static_cast<double>(level), each * static_cast<double>(level + 1))));
    copyLayer(*stages.back().network, 0, whole, down);
    copyLayer(*stages.back().network, 1, whole, up);
    below = std::make_shared<LayerPoints>(below, stages.back().network, 0);
  }
  stages.push_back(trained("all layers", std::move(whole), levels - 1, *points, options.schedule,
                           context.part(0.3, 1)));
  return std::make_unique<SingleCode>(std::move(stages));
}

}  // namespace lineament::spatial
