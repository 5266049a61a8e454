// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/text_attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/analyses/measure_table.h"
#include "core/analyses/text_input.h"
#include "core/analyses/text_predictions.h"
#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/data/factored_attention.h"
#include "core/data/recurrent_attention.h"
#include "core/data/scan_attention.h"
#include "core/explain/attention_measures.h"
#include "core/language/architectures.h"
#include "core/language/sampling.h"

namespace lineament {

namespace {

using language::LanguageModel;
using language::ModelState;
using language::Pass;

constexpr ErrorText kLayers{"text.layers", "Choose the layers '{text}'", "{problem}", "",
                            "Give numbers from 1 to {layers} separated by commas, such as 1,3-5"};
constexpr ErrorText kNoAttention{"text.no_attention", "Show what a network attends to",
                                 "a network of the kind '{kind}' has no attention", "",
                                 "Choose another checkpoint"};

// Reading earlier layers off costs as many products as there are layers; up to here it is not
// asked for.
constexpr double kCheapLens = 2e11;

std::vector<Parameter> parametersOf() {
  using Type = Parameter::Type;
  std::vector<Parameter> parameters = textParameters();
  parameters.push_back(memberParameter());
  parameters.push_back({.id = "target",
                        .title = "Decoder's text",
                        .type = Type::text,
                        .fallback = std::string(),
                        .help = "Of an encoder-decoder: the text that the decoder is given; empty "
                                "lets it write its own",
                        .advanced = true});
  parameters.push_back({.id = "generate",
                        .title = "Go on for",
                        .type = Type::integer,
                        .fallback = std::int64_t{0},
                        .help = "Tokens that the network adds to the text, the likeliest each",
                        .unit = "tokens",
                        .lowest = 0,
                        .highest = 100'000,
                        .advanced = true});
  parameters.push_back({.id = "layers",
                        .title = "Layers",
                        .type = Type::text,
                        .fallback = std::string("all"),
                        .help = "Whose attention is kept: all, or numbers such as 1,3-5",
                        .advanced = true});
  parameters.push_back(
      {.id = "lens",
       .title = "Logit lens",
       .type = Type::choice,
       .fallback = std::string("auto"),
       .help = "Whether the next token is read off every layer (final norm and head)",
       .choices = {{"auto", "Where it is quick", ""}, {"yes", "Always", ""}, {"no", "Never", ""}},
       .advanced = true});
  return parameters;
}

Declaration declare() {
  Declaration declaration;
  declaration.id = "text.attention";
  declaration.title = "Show what a network attends to";
  declaration.summary =
      "Runs a published network on a text and keeps the attention of every layer and head: which "
      "tokens each token reads. Long texts are kept as queries and keys, of which any part of a "
      "matrix is worked out when it is looked at. With it come numbers of each head, the "
      "surprisal of each token and what each layer alone would have predicted.";
  declaration.source =
      "Vaswani et al. (2017), Attention is all you need; nostalgebraist (2020), Interpreting GPT: "
      "the logit lens";
  declaration.inputs = {{"model",
                         "Network",
                         {Kind::checkpoint},
                         "A checkpoint with its config.json and tokenizer beside it"}};
  declaration.parameters = parametersOf();
  declaration.outputs = {
      {"attention", Kind::attention, "Attention", "[layer, head, query, key]"},
      {"tokens", Kind::table, "Tokens", "Each with its id, its place in the text, its surprisal"},
      {"measures", Kind::table, "Measures of the heads", ""},
      {"cross_attention", Kind::attention, "Attention to the source",
       "Of the decoder of an encoder-decoder", false},
      {"decoder_attention", Kind::attention, "Attention of the decoder",
       "Of the decoder of an encoder-decoder", false},
      {"target_tokens", Kind::table, "Tokens of the decoder",
       "Each with its id and its surprisal, of an encoder-decoder", false},
      {"lens", Kind::table, "Logit lens", "What every layer predicts after each token", false},
      {"figure_attention", Kind::figure, "Figure: attention", ""},
      {"figure_lens", Kind::figure, "Figure: logit lens", "", false},
      {"figure_cross", Kind::figure, "Figure: attention to the source", "", false}};
  declaration.metrics = {
      {"tokens", "Tokens", "", "That the network was run on"},
      {"unknown_tokens", "Unknown tokens", "", "That the vocabulary lacks"},
      {"parameters", "Parameters", "", "Of the network's linear maps and embeddings"},
      {"surprisal", "Mean surprisal", "bit", "Of the tokens behind the first"},
      {"perplexity", "Perplexity", "", "2 to the mean surprisal"}};
  return declaration;
}

std::vector<std::size_t> layersOf(const std::string& text, std::size_t count) {
  std::vector<std::size_t> layers;
  if (text.empty() || text == "all") return layers;
  const auto fail = [&](const std::string& problem) {
    throw Error::usage(kLayers, {{"text", text}, {"problem", problem}, {"layers", count}});
  };
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const char* last = text.data() + end;
    std::size_t from = 0, to = 0;
    auto read = std::from_chars(text.data() + at, last, from);
    to = from;
    if (read.ec == std::errc() && read.ptr != last && *read.ptr == '-') {
      read = std::from_chars(read.ptr + 1, last, to);
    }
    if (read.ec != std::errc() || read.ptr != last) fail("that is no list of numbers");
    if (from < 1 || to > count || from > to) fail(fmt::format("there are {} layers", count));
    for (std::size_t layer = from; layer <= to; ++layer) layers.push_back(layer - 1);
    at = end + 1;
  }
  std::ranges::sort(layers);
  layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
  return layers;
}

// The taps of a pass as one stack; what they hold is used up.
AttentionStack stackOf(std::vector<Pass::Tap*> taps, const std::string& meaning) {
  AttentionStack stack;
  const language::AttentionTap& first = taps.front()->attention;
  stack.queries = first.queries;
  stack.keys = first.keys;
  stack.causal = first.causal;
  stack.meaning = meaning;
  for (std::size_t head = 0; head < first.heads; ++head) {
    stack.heads.push_back(fmt::format("head {}", head + 1));
  }
  std::vector<float> weights, queries, keys, log_sums;
  std::vector<RecurrentFactors> recurrences;
  std::vector<ScanFactors> scans;
  const auto move = [](std::vector<float>& to, std::vector<float>& from) {
    to.insert(to.end(), from.begin(), from.end());
    from = {};
  };
  for (Pass::Tap* tap : taps) {
    stack.layers.push_back(fmt::format("layer {}", tap->layer + 1));
    move(weights, tap->attention.weights);
    move(queries, tap->attention.query_rows);
    move(keys, tap->attention.key_rows);
    move(log_sums, tap->attention.log_sums);
    if (tap->attention.recurrence) recurrences.push_back(std::move(*tap->attention.recurrence));
    if (tap->attention.scan) scans.push_back(std::move(*tap->attention.scan));
  }
  if (!weights.empty()) {
    stack.weights = std::move(weights);
    return stack;
  }
  if (!recurrences.empty()) {
    stack.source = std::make_shared<const RecurrentAttention>(std::move(recurrences));
    return stack;
  }
  if (!scans.empty()) {
    stack.source = std::make_shared<const ScanAttention>(std::move(scans));
    return stack;
  }
  stack.source = std::make_shared<const FactoredAttention>(
      FactoredAttention::Shape{stack.layers.size(), stack.heads.size(), stack.queries, stack.keys,
                               stack.causal},
      AttentionSource::Factors{std::move(queries), std::move(keys), std::move(log_sums), first.size,
                               first.scale});
  return stack;
}

// How many numbers a matrix of the stack is worked out from, and how many products a cell takes.
struct Cost {
  std::uint64_t numbers = 0;
  std::uint64_t products = 0;
};

Cost costOf(const AttentionStack& stack) {
  if (!stack.source) return {};
  if (const AttentionSource::Factors* factors = stack.source->factors()) {
    return {(stack.queries + stack.keys) * factors->size + stack.queries, factors->size};
  }
  if (const auto* scan = dynamic_cast<const ScanAttention*>(stack.source.get())) {
    const ScanFactors& first = scan->layers().front();
    return {first.tokens * (first.channels + 2 * first.states), first.channels * first.states};
  }
  const auto& recurrent = dynamic_cast<const RecurrentAttention&>(*stack.source);
  const RecurrentFactors& first = recurrent.layers().front();
  const bool removes = !first.removals.empty();
  return {first.tokens * ((removes ? 4 : 2) * first.size + first.decay_width),
          (removes ? 3 : 1) * first.size};
}

// Of a short text the matrices are smaller than what they are worked out from.
AttentionStack compact(AttentionStack stack, const Context& context) {
  return stack.queries * stack.keys <= costOf(stack).numbers ? held(stack, context) : stack;
}

// Whether all cells can be gone through for numbers of the heads: some minutes on two cores.
bool canBeMeasured(const AttentionStack& stack) {
  constexpr double kMostProducts = 3e13;
  const double cells = static_cast<double>(stack.queries) * static_cast<double>(stack.keys);
  return cells * static_cast<double>(costOf(stack).products) *
             static_cast<double>(stack.layers.size() * stack.heads.size()) <
         kMostProducts;
}

std::vector<std::string> shownTokens(const TextInput& input, const std::vector<std::int32_t>& ids) {
  std::vector<std::string> shown;
  for (const std::int32_t id : ids) shown.push_back(input.shown(id));
  return shown;
}

// Adds the likeliest tokens behind `ids` until `count`, the end, or the last position.
void goOn(const LanguageModel& model, ModelState state, const TextInput& input, std::size_t count,
          std::vector<std::int32_t>& ids, const Context& context) {
  if (count == 0) return;
  const std::size_t most =
      model.description().bounded
          ? std::min(count, model.description().positions -
                                std::min(model.description().positions, ids.size()))
          : count;
  Random random(context.seed);
  std::vector<std::int32_t> next = ids;
  for (std::size_t i = 0; i < most; ++i) {
    context.checkpoint(static_cast<double>(i) / static_cast<double>(most), "Going on");
    const Pass pass = model.run(next, state, {}, {.stop = context.stop});
    const std::int32_t token = language::sample(pass.logits, {}, random);
    ids.push_back(token);
    if (input.tokenizer && input.tokenizer->ending() == token) return;
    next = {token};
  }
}

// `of_text`: the ids begin with those of the input's text.
Table tokenTable(const TextInput& input, const std::vector<std::int32_t>& ids,
                 const std::vector<TokenMeasure>& measures, bool of_text = true) {
  std::vector<std::int64_t> positions, numbers, begins, ends;
  std::vector<std::uint8_t> elsewhere;  // tokens that stand for no part of the text
  TextBuilder shown;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    positions.push_back(static_cast<std::int64_t>(t + 1));
    numbers.push_back(ids[t]);
    shown.add(input.shown(ids[t]));
    const text::Token token = of_text && t < input.tokens.size() ? input.tokens[t] : text::Token{};
    begins.push_back(static_cast<std::int64_t>(token.begin));
    ends.push_back(static_cast<std::int64_t>(token.end));
    elsewhere.push_back(token.begin == token.end ? 1 : 0);
  }
  std::vector<Column> columns{Column("position", std::move(positions)),
                              Column("id", std::move(numbers)), Column("token", shown.finish()),
                              Column("begin", std::move(begins), elsewhere, "byte"),
                              Column("end", std::move(ends), elsewhere, "byte")};
  for (const TokenMeasure& measure : measures) {
    std::vector<std::uint8_t> missing;
    for (const double value : measure.values) missing.push_back(std::isnan(value) ? 1 : 0);
    columns.emplace_back(measure.name, SharedArray<double>(measure.values), missing, measure.unit);
  }
  return Table(std::move(columns));
}

class TextAttention : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    context.checkpoint(0, "Opening the network");
    const Checkpoint checkpoint = networkInput(inputs, parameters);
    const language::LoadedModel loaded = language::loadModel(checkpoint);
    if (!loaded.unused.empty()) {
      context.note(fmt::format("Tensors without a place in the network: {}", loaded.unused.size()));
    }
    const TextInput input = textInput(checkpoint, parameters);
    Outputs outputs;
    outputs.metrics["unknown_tokens"] = static_cast<double>(input.unknown);
    outputs.metrics["parameters"] = static_cast<double>(
        loaded.model.parameters() + (loaded.encoder ? loaded.encoder->parameters() : 0));
    if (loaded.encoder) {
      withEncoder(loaded, checkpoint, input, parameters, outputs, context);
    } else {
      alone(loaded.model, input, parameters, outputs, context);
    }
    return outputs;
  }

 private:
  static void alone(const LanguageModel& model, const TextInput& input,
                    const Parameters& parameters, Outputs& outputs, const Context& context) {
    std::vector<std::int32_t> ids = input.ids();
    const auto more = static_cast<std::size_t>(parameters.integer("generate"));
    if (model.description().causal) {
      goOn(model, model.start(), input, more, ids, context.part(0.05, 0.3));
    }
    const bool predicts = model.hasHead() && model.description().causal && ids.size() > 1;
    language::Wanted wanted{.logits = false, .attention = true, .hidden = predicts};
    wanted.attention_layers = layersOf(parameters.text("layers"), model.layers());
    ModelState state = model.start();
    Pass pass = model.run(ids, state, wanted, context.part(0.3, 0.5));
    TextPredictions predictions;
    if (predicts) {
      predictions = predictionsOf(model, pass, input, ids, lensWanted(model, ids, parameters),
                                  context.part(0.5, 0.8));
      outputs.metrics["surprisal"] = predictions.surprisal;
      outputs.metrics["perplexity"] = std::exp2(predictions.surprisal);
    }
    std::vector<Pass::Tap*> taps;
    for (Pass::Tap& tap : pass.taps) taps.push_back(&tap);
    addAttention("attention", taps, "Share of the key's value in the query's output", input, ids,
                 ids, predictions.measures, outputs, context.part(0.8, 1));
    outputs.add("tokens", Data(tokenTable(input, ids, predictions.measures)));
    if (predictions.lens.rows() > 0) outputs.add("lens", Data(predictions.lens));
    finish(outputs, ids.size());
  }

  static void withEncoder(const language::LoadedModel& loaded, const Checkpoint& checkpoint,
                          const TextInput& input, const Parameters& parameters, Outputs& outputs,
                          const Context& context) {
    const std::vector<std::int32_t> source = input.ids();
    language::Wanted wanted{.logits = false, .output = true, .attention = true};
    wanted.attention_layers = layersOf(parameters.text("layers"), loaded.encoder->layers());
    ModelState encoding = loaded.encoder->start();
    Pass encoded = loaded.encoder->run(source, encoding, wanted, context.part(0, 0.2));
    std::vector<std::int32_t> target = decoderStart(checkpoint);
    const TextInput given = textInput(checkpoint, parameters.text("target"), true);
    for (const text::Token& token : given.tokens) target.push_back(token.id);
    if (given.tokens.empty()) {
      const auto more = static_cast<std::size_t>(parameters.integer("generate"));
      goOn(loaded.model, loaded.model.start(encoded.output, context), input,
           more > 0 ? more : kLongestAnswer, target, context.part(0.2, 0.5));
    }
    ModelState state = loaded.model.start(encoded.output, context);
    language::Wanted asked = wanted;
    asked.output = false;
    asked.hidden = target.size() > 1;
    Pass decoded = loaded.model.run(target, state, asked, context.part(0.5, 0.6));
    TextPredictions predictions;
    if (asked.hidden) {
      predictions =
          predictionsOf(loaded.model, decoded, input, target,
                        lensWanted(loaded.model, target, parameters), context.part(0.6, 0.7));
      outputs.metrics["surprisal"] = predictions.surprisal;
      outputs.metrics["perplexity"] = std::exp2(predictions.surprisal);
    }
    std::vector<Pass::Tap*> own, cross, self;
    for (Pass::Tap& tap : encoded.taps) own.push_back(&tap);
    for (Pass::Tap& tap : decoded.taps) (tap.to_encoder ? cross : self).push_back(&tap);
    addAttention("attention", own, "Share of the key's value in the query's output", input, source,
                 source, {}, outputs, context.part(0.7, 0.9));
    outputs.add("tokens", Data(tokenTable(input, source, {})));
    addAttention("decoder_attention", self, "Share of the key's value in the query's output", input,
                 target, target, predictions.measures, outputs, context.part(0.9, 0.95));
    addAttention("cross_attention", cross, "Share of the source's token in the output", input,
                 target, source, predictions.measures, outputs, context.part(0.95, 1));
    outputs.add("target_tokens", Data(tokenTable(input, target, predictions.measures, false)));
    if (predictions.lens.rows() > 0) outputs.add("lens", Data(predictions.lens));
    finish(outputs, source.size());
    outputs.add("figure_cross",
                Data(FigureSpec{"attention", "cross_attention", "Attention to the source", "",
                                nlohmann::json::object()}));
  }

  static std::vector<std::int32_t> decoderStart(const Checkpoint& checkpoint) {
    const nlohmann::json& configuration = checkpoint.configuration();
    return {configuration.value("decoder_start_token_id", configuration.value("pad_token_id", 0))};
  }

  static bool lensWanted(const LanguageModel& model, const std::vector<std::int32_t>& ids,
                         const Parameters& parameters) {
    const std::string& wanted = parameters.text("lens");
    if (wanted != "auto") return wanted == "yes";
    return 2.0 * static_cast<double>(model.layers() * ids.size() * model.description().width) *
               static_cast<double>(model.description().vocabulary) <
           kCheapLens;
  }

  static void addAttention(const std::string& name, const std::vector<Pass::Tap*>& taps,
                           const std::string& meaning, const TextInput& input,
                           const std::vector<std::int32_t>& queries,
                           const std::vector<std::int32_t>& keys,
                           std::vector<TokenMeasure> measures, Outputs& outputs,
                           const Context& context) {
    if (taps.empty()) throw Error(kNoAttention, {{"kind", "this one"}});
    AttentionStack stack = compact(stackOf(taps, meaning), context);
    stack.query_tokens = shownTokens(input, queries);
    stack.key_tokens = shownTokens(input, keys);
    stack.token_measures = std::move(measures);
    if (canBeMeasured(stack)) {
      context.checkpoint(0.2, "Measuring the heads");
      stack.measures = explain::measuresOf(stack, context.part(0.2, 1));
    } else {
      context.note("The heads were not measured: that would take hours with so long a text");
    }
    if (name == "attention") outputs.add("measures", Data(measureTable(stack)));
    outputs.data.insert(outputs.data.begin(), {name, Data(std::move(stack))});
  }

  static void finish(Outputs& outputs, std::size_t tokens) {
    outputs.metrics["tokens"] = static_cast<double>(tokens);
    outputs.add("figure_attention", Data(FigureSpec{"attention", "attention", "Attention", "",
                                                    nlohmann::json::object()}));
    if (!outputs.find("lens")) return;
    outputs.add("figure_lens",
                Data(FigureSpec{"lens", "lens", "Logit lens", "", nlohmann::json::object()}));
  }

  static constexpr std::size_t kLongestAnswer = 256;
  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeTextAttention() {
  return std::make_unique<TextAttention>();
}

}  // namespace lineament
