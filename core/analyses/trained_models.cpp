// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/trained_models.h"

#include "core/analyses/sequence_setup.h"
#include "core/base/error.h"
#include "core/sequence/registry.h"

namespace lineament {

namespace {

constexpr ErrorText kSetting{"sequence.train.setting", "Set '{text}' of {model}", "{what}", "",
                             "Write NAME=VALUE behind a colon, as in based:key_size=8"};
constexpr ErrorText kEmptyList{"sequence.no_mechanism", "Train models", "the list names none", "",
                               "Name at least one, as in deltanet,mamba"};
constexpr ErrorText kTwice{"sequence.train.twice", "Train the model {model}",
                           "the list names it twice", "", "Leave one out, or give it settings"};

struct NamedSize {
  std::string_view name;
  std::int64_t nets::SequenceModelSettings::*member;
  std::int64_t lowest, highest;
};
constexpr NamedSize kSizes[] = {
    {"layers", &nets::SequenceModelSettings::layers, 1, 64},
    {"width", &nets::SequenceModelSettings::width, 1, 4096},
    {"heads", &nets::SequenceModelSettings::heads, 1, 256},
    {"key_size", &nets::SequenceModelSettings::key_size, 1, 4096},
    {"value_size", &nets::SequenceModelSettings::value_size, 1, 4096},
    {"convolution", &nets::SequenceModelSettings::convolution, 0, 64},
};

[[noreturn]] void refuse(std::string_view model, std::string_view text, const std::string& what) {
  throw Error::usage(kSetting, {{"model", model}, {"text", text}, {"what", what}});
}

void apply(std::string_view text, WantedModel& model) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos) refuse(model.name, text, "there is no equals sign");
  const std::string_view name = text.substr(0, equals), value = text.substr(equals + 1);
  if (name == "eigenvalues") {
    if (value != "positive" && value != "signed") {
      refuse(model.name, text, "it is positive or signed");
    }
    model.settings.negative_eigenvalues = value == "signed";
    return;
  }
  for (const NamedSize& size : kSizes) {
    if (size.name != name) continue;
    const auto number = wholeNumber(value, size.lowest, size.highest);
    if (!number) {
      refuse(model.name, text,
             fmt::format("a whole number from {} to {} is needed", size.lowest, size.highest));
    }
    model.settings.*size.member = *number;
    return;
  }
  model.settings.options.set(name, value);
}

}  // namespace

std::vector<WantedModel> wantedModels(std::string_view list, const Parameters& parameters,
                                      const nets::SequenceTask& task, std::int64_t longest) {
  nets::SequenceModelSettings common;
  for (const NamedSize& size : kSizes) {
    common.*size.member = parameters.integer(size.name);
  }
  common.negative_eigenvalues = parameters.text("eigenvalues") == "signed";
  common.vocabulary = task.vocabulary();
  common.features = task.features();
  common.outputs = task.outputs();
  common.longest = longest;
  std::vector<WantedModel> models;
  for (const std::string_view entry : listed(list)) {
    const auto parts = listed(entry, ':');
    if (parts.empty()) refuse(entry, entry, "no mechanism stands before the colon");
    WantedModel model{std::string(entry), common};
    model.settings.mechanism = &sequence::requireMechanism(parts.front());
    model.settings.options = sequence::Options(model.settings.mechanism->description().options);
    for (std::size_t i = 1; i < parts.size(); ++i) apply(parts[i], model);
    for (const WantedModel& other : models) {
      if (other.name == model.name) throw Error::usage(kTwice, {{"model", model.name}});
    }
    models.push_back(std::move(model));
  }
  if (models.empty()) throw Error::usage(kEmptyList);
  return models;
}

namespace {

// See core/language/sequence_models.cpp.
nlohmann::json configurationOf(const std::string& model,
                               const nets::SequenceModelSettings& settings) {
  const sequence::Description& about = settings.mechanism->description();
  nlohmann::json options = nlohmann::json::object();
  for (std::size_t i = 0; i < about.options.size(); ++i) {
    options[std::string(about.options[i].id)] = settings.options.real(i);
  }
  return {{"model_type", "lineament-sequence"},
          {"prefix", model + "."},
          {"mechanism", about.id},
          {"options", std::move(options)},
          {"num_hidden_layers", settings.layers},
          {"width", settings.width},
          {"heads", settings.heads},
          {"key_size", settings.key_size},
          {"value_size", settings.value_size},
          {"convolution", settings.convolution},
          {"negative_eigenvalues", settings.negative_eigenvalues},
          {"vocab_size", settings.vocabulary}};
}

}  // namespace

void TrainedTensors::add(const std::string& model, nets::SequenceModel<float>& trained) {
  const nets::SequenceModelSettings& settings = trained.settings();
  if (settings.vocabulary > 0 && settings.outputs == settings.vocabulary) {
    const nlohmann::json configuration = configurationOf(model, settings);
    if (members_.empty()) configuration_ = configuration;
    members_.push_back({{"name", model}, {"configuration", configuration}});
  }
  const auto& parameters = trained.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto values = trained.parameters().values(i);
    std::vector<std::uint64_t> shape;
    for (const std::size_t size : parameters.shape(i).span()) shape.push_back(size);
    tensors_.push_back(Tensor::of(shape, std::vector<float>(values.begin(), values.end())));
    entries_.push_back(
        {model + "." + parameters.name(i), DType::f32, shape, tensors_.back().bytes().size(), ""});
  }
}

Checkpoint TrainedTensors::checkpoint(nlohmann::json metadata) const {
  const bool bytes = metadata.value("task", "") == "text";
  nlohmann::json configuration = configuration_;
  if (members_.size() > 1) configuration["members"] = members_;
  Checkpoint made =
      Checkpoint(
          entries_, [tensors = tensors_](std::size_t index) { return tensors.at(index); },
          std::move(metadata))
          .withConfiguration(std::move(configuration));
  if (!bytes) return made;
  return made.withTokenizer([] { return TokenizerFiles{{{"bytes", ""}}}; });
}

}  // namespace lineament
