// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/text_generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/analyses/text_input.h"
#include "core/base/error.h"
#include "core/language/architectures.h"
#include "core/language/sampling.h"

namespace lineament {

namespace {

using language::LanguageModel;
using language::Pass;

constexpr ErrorText kCannot{"text.cannot_generate", "Let the network write",
                            "a network of the kind '{kind}' reads texts in both directions", "",
                            "Choose a network that goes on from a text, such as GPT-2 or Llama"};

constexpr std::size_t kAlternatives = 5;

Declaration declare() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "text.generate";
  declaration.title = "Let a network write";
  declaration.summary =
      "Lets a network go on from a text, token by token, keeping what it has read (keys and "
      "values, or the state of its recurrence). Each token comes with its probability and the "
      "likeliest others.";
  declaration.source =
      "Holtzman, Buys, Du, Forbes and Choi (2020), The curious case of neural text degeneration "
      "(top-p); Fan, Lewis and Dauphin (2018), Hierarchical neural story generation (top-k)";
  declaration.inputs = {{"model",
                         "Network",
                         {Kind::checkpoint},
                         "A checkpoint with its config.json and tokenizer beside it"}};
  declaration.parameters = textParameters();
  declaration.parameters.push_back(memberParameter());
  declaration.parameters.push_back({.id = "count",
                                    .title = "Tokens",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{64},
                                    .help = "How many are added at most",
                                    .lowest = 1,
                                    .highest = 100'000});
  declaration.parameters.push_back(
      {.id = "temperature",
       .title = "Temperature",
       .type = Type::real,
       .fallback = 0.0,
       .help = "Logits are divided by it; 0 takes the likeliest token each time",
       .lowest = 0,
       .highest = 100});
  declaration.parameters.push_back({.id = "top_k",
                                    .title = "Top k",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{0},
                                    .help = "Only that many of the likeliest; 0 takes all",
                                    .lowest = 0,
                                    .highest = 1e6,
                                    .advanced = true});
  declaration.parameters.push_back({.id = "top_p",
                                    .title = "Top p",
                                    .type = Type::real,
                                    .fallback = 1.0,
                                    .help = "Only the likeliest that hold this share together",
                                    .lowest = 0,
                                    .highest = 1,
                                    .advanced = true});
  declaration.outputs = {
      {"text", Kind::note, "Text", "The given text and what was written"},
      {"tokens", Kind::table, "Tokens", "Each written token, its probability and alternatives"}};
  declaration.metrics = {
      {"tokens", "Tokens written", "", ""},
      {"tokens_per_second", "Tokens per second", "1/s", "While writing, after the text was read"},
      {"prompt_tokens_per_second", "Tokens read per second", "1/s", ""},
      {"mean_probability", "Mean probability", "", "Geometric, of the written tokens"}};
  return declaration;
}

// Written tokens as a table.
class Written {
 public:
  explicit Written(const TextInput& input) : input_(input) {}

  void add(std::int32_t token, std::span<const float> logits) {
    const std::vector<double> logs = language::logProbabilities(logits);
    ids_.push_back(token);
    shown_.add(input_.shown(token));
    logs_.push_back(logs[static_cast<std::size_t>(token)]);
    std::vector<std::int32_t> order(logs.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kAlternatives, order.size()));
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](auto a, auto b) {
      const double first = logs[static_cast<std::size_t>(a)];
      const double second = logs[static_cast<std::size_t>(b)];
      return first != second ? first > second : a < b;
    });
    std::string list;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      list += fmt::format("{}{} ({:.3f})", i == 0 ? "" : ", ", input_.shown(order[size_t(i)]),
                          std::exp(logs[static_cast<std::size_t>(order[size_t(i)])]));
    }
    alternatives_.add(list);
  }

  const std::vector<std::int64_t>& ids() const { return ids_; }
  double meanProbability() const {
    double sum = 0;
    for (const double log : logs_) sum += log;
    return logs_.empty() ? 0 : std::exp(sum / static_cast<double>(logs_.size()));
  }
  Table finish() {
    std::vector<std::int64_t> positions;
    std::vector<double> probabilities, surprisals;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      positions.push_back(static_cast<std::int64_t>(i + 1));
      probabilities.push_back(std::exp(logs_[i]));
      surprisals.push_back(-logs_[i] / std::log(2.0));
    }
    return Table({Column("position", std::move(positions)), Column("id", ids_),
                  Column("token", shown_.finish()), Column("probability", std::move(probabilities)),
                  Column("surprisal", std::move(surprisals), {}, "bit"),
                  Column("likeliest", alternatives_.finish())});
  }

 private:
  const TextInput& input_;
  std::vector<std::int64_t> ids_;
  std::vector<double> logs_;
  TextBuilder shown_, alternatives_;
};

double secondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

class TextGenerate : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    context.checkpoint(0, "Opening the network");
    const Checkpoint checkpoint = networkInput(inputs, parameters);
    const language::LoadedModel loaded = language::loadModel(checkpoint);
    const LanguageModel& model = loaded.model;
    if (!model.description().causal || !model.hasHead()) {
      throw Error(kCannot, {{"kind", model.description().architecture}});
    }
    const TextInput input = textInput(checkpoint, parameters);
    std::vector<std::int32_t> next = input.ids();
    language::ModelState state = model.start();
    if (loaded.encoder) {
      language::ModelState encoding = loaded.encoder->start();
      const Pass encoded = loaded.encoder->run(next, encoding, {.logits = false, .output = true},
                                               context.part(0, 0.1));
      state = model.start(encoded.output, context);
      const nlohmann::json& configuration = checkpoint.configuration();
      next = {
          configuration.value("decoder_start_token_id", configuration.value("pad_token_id", 0))};
    }
    return write(model, std::move(state), std::move(next), input, parameters, context.part(0.1, 1));
  }

 private:
  static Outputs write(const LanguageModel& model, language::ModelState state,
                       std::vector<std::int32_t> next, const TextInput& input,
                       const Parameters& parameters, const Context& context) {
    const language::SamplingSettings settings{parameters.real("temperature"),
                                              static_cast<std::size_t>(parameters.integer("top_k")),
                                              parameters.real("top_p")};
    const auto most = static_cast<std::size_t>(parameters.integer("count"));
    Random random(context.seed);
    Written written(input);
    double reading = 0;
    const std::size_t read = next.size();
    auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < most; ++i) {
      context.checkpoint(static_cast<double>(i) / static_cast<double>(most), "Writing");
      if (full(model, state, next.size())) {
        context.note("The network has no more positions");
        break;
      }
      const Pass pass = model.run(next, state, {}, {.stop = context.stop});
      if (i == 0) {
        reading = secondsSince(begin);
        begin = std::chrono::steady_clock::now();
      }
      const std::int32_t token = language::sample(pass.logits, settings, random);
      if (input.tokenizer && input.tokenizer->ending() == token) break;
      written.add(token, pass.logits);
      next = {token};
    }
    return outputsOf(input, written, secondsSince(begin), reading, read);
  }

  static bool full(const LanguageModel& model, const language::ModelState& state,
                   std::size_t more) {
    const language::ModelDescription& about = model.description();
    // A text too long from the start is an error, one that grew to the end is not.
    return about.bounded && state.tokens() > 0 && state.tokens() + more > about.positions;
  }

  static Outputs outputsOf(const TextInput& input, Written& written, double seconds, double reading,
                           std::size_t read) {
    Outputs outputs;
    const auto count = static_cast<double>(written.ids().size());
    outputs.metrics["tokens"] = count;
    if (seconds > 0 && count > 1) outputs.metrics["tokens_per_second"] = (count - 1) / seconds;
    if (reading > 0) {
      outputs.metrics["prompt_tokens_per_second"] = static_cast<double>(read) / reading;
    }
    outputs.metrics["mean_probability"] = written.meanProbability();
    std::string text = input.text;
    if (input.tokenizer) {
      std::vector<std::int32_t> ids = input.ids();
      for (const std::int64_t id : written.ids()) ids.push_back(static_cast<std::int32_t>(id));
      text = input.tokenizer->decode(ids);
    } else {
      for (const std::int64_t id : written.ids()) text += fmt::format(" {}", id);
    }
    outputs.add("text", Data(Note{"Text", std::move(text), true}));
    outputs.add("tokens", Data(written.finish()));
    return outputs;
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeTextGenerate() {
  return std::make_unique<TextGenerate>();
}

}  // namespace lineament
