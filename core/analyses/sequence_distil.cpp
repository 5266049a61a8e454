// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_distil.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/analyses/sequence_setup.h"
#include "core/base/random.h"
#include "core/sequence/hedgehog_distillation.h"
#include "core/sequence/registry.h"

namespace lineament {

namespace {

using sequence::Dim;
using sequence::HedgehogMaps;
using Type = Parameter::Type;

constexpr std::size_t kMostPoints = 2000;  // of a curve in the scatter plot
enum Stream : std::uint64_t { kLearned, kTested, kMaps };

Declaration declare() {
  Declaration declaration;
  declaration.id = "sequence.distil";
  declaration.title = "Distil softmax attention into Hedgehog's maps";
  declaration.summary =
      "Trains the feature maps of Hedgehog's linear attention on the weights that causal softmax "
      "attention gives random queries and keys, and tests them on another sequence: divergence, "
      "entropy, and whether a higher score means a higher weight.";
  declaration.source =
      "Zhang et al. (2024), The Hedgehog & the Porcupine: Expressive linear attentions with "
      "softmax "
      "mimicry, section 4.2";
  Parameter map{.id = "map",
                .title = "Map",
                .type = Type::choice,
                .fallback = std::string("softmax_halves"),
                .help = "What makes features of z = x W"};
  for (const auto& option : sequence::requireMechanism("hedgehog").description().options) {
    if (option.id != "map") continue;
    for (const std::string_view form : option.choices) {
      map.choices.push_back({std::string(form), std::string(form), ""});
    }
  }
  declaration.parameters = {
      map,
      wholeParameter("tokens", "Tokens", 128, 4096, "Length of the sequences"),
      wholeParameter("heads", "Heads", 2, 256, "Each has maps of its own"),
      wholeParameter("key_size", "Key size", 16, 512, "Width of queries and keys"),
      wholeParameter("columns", "Columns", 32, 4096, "Of a map; there are twice as many features"),
      {.id = "sharpness",
       .title = "Sharpness",
       .type = Type::real,
       .fallback = 2.0,
       .help =
           "Standard deviation of the scores q . k / sqrt(key size): how uneven the weights are",
       .lowest = 0.01,
       .highest = 20},
      wholeParameter("steps", "Steps", 300, 1'000'000, "Updates of the maps"),
      {.id = "learning_rate",
       .title = "Learning rate",
       .type = Type::real,
       .fallback = 1e-2,
       .help = "Of Adam",
       .lowest = 1e-8,
       .highest = 10,
       .advanced = true}};
  declaration.outputs = {
      {"divergence", Kind::series, "Divergence while training", "On the sequence learned from"},
      {"weights", Kind::series, "Weight by score", "Of the sequence kept for testing, first head"},
      {"attention", Kind::attention, "Attention", "Softmax, maps before and after, first head"},
      {"measures", Kind::table, "Mimicry", "Before and after, on the sequence kept for testing"},
      {"maps", Kind::checkpoint, "Trained maps", "wq and wk, as sequence.run takes them"},
      {"figure_divergence", Kind::figure, "Figure: divergence", ""},
      {"figure_weights", Kind::figure, "Figure: weight by score", ""},
      {"figure_attention", Kind::figure, "Figure: attention", ""}};
  for (const char* when : {"before", "after"}) {
    const std::string suffix = std::string("_") + when;
    declaration.metrics.push_back(
        {"divergence" + suffix, "Divergence", "nat", "Kullback-Leibler, from softmax's weights"});
    declaration.metrics.push_back(
        {"entropy" + suffix, "Entropy", "", "Over the largest possible: 0 one token, 1 all"});
    declaration.metrics.push_back({"rank_correlation" + suffix, "Rank correlation", "",
                                   "Spearman's, between scores and weights"});
    declaration.metrics.push_back({"monotone_share" + suffix, "Monotone share", "",
                                   "Of neighbours by score, those whose weight does not fall"});
  }
  declaration.metrics.push_back({"entropy_softmax", "Entropy of softmax", "", "The teacher's"});
  return declaration;
}

struct Sequence {
  std::vector<double> queries, keys;
};

class SequenceDistil : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs&, const Parameters& parameters, const Context& context) const override {
    const Setup setup(parameters);
    const Random random(context.seed);
    const Sequence learned = setup.draw(random.split(kLearned));
    const Sequence tested = setup.draw(random.split(kTested));
    const HedgehogMaps before = setup.firstMaps(random.split(kMaps));
    HedgehogMaps after = before;
    const auto divergences =
        sequence::distil(setup.data(learned), after,
                         {.steps = static_cast<int>(parameters.integer("steps")),
                          .learning_rate = parameters.real("learning_rate")},
                         context.part(0, 0.8));
    context.checkpoint(0.8, "Testing the maps on another sequence");

    Outputs outputs;
    Series curve{"Distillation", {"Step", "", false}, {"Divergence", "nat", true}, {}, {}};
    std::vector<double> steps(divergences.size());
    std::iota(steps.begin(), steps.end(), 0.0);
    curve.curves.push_back({"maps", std::move(steps), divergences, Series::Style::line, {}});
    outputs.add("divergence", Data(std::move(curve)));
    addWeights(setup, tested, before, after, outputs, context.part(0.8, 0.95));
    addMeasures(setup, tested, before, after, outputs);
    outputs.add("maps", Data(setup.checkpoint(after)));
    const auto figure = [&](const char* id, const char* view, const char* of, const char* title) {
      outputs.add(id, Data(FigureSpec{view, of, title, "", nlohmann::json::object()}));
    };
    figure("figure_divergence", "series", "divergence", "Divergence from softmax attention");
    figure("figure_weights", "series", "weights", "Attention weight by score");
    figure("figure_attention", "mechanisms", "attention", "Softmax and Hedgehog's attention");
    return outputs;
  }

 private:
  class Setup {
   public:
    explicit Setup(const Parameters& parameters)
        : tokens(parameters.integer("tokens")),
          heads(parameters.integer("heads")),
          keys(parameters.integer("key_size")),
          columns(parameters.integer("columns")),
          sharpness_(parameters.real("sharpness")),
          options_(sequence::requireMechanism("hedgehog").description().options) {
      options_.set("map", parameters.text("map"));
    }

    Sequence draw(Random random) const {
      const auto count = static_cast<std::size_t>(tokens * heads * keys);
      Sequence drawn{std::vector<double>(count), std::vector<double>(count)};
      for (double& number : drawn.queries) number = sharpness_ * random.normal();
      for (double& number : drawn.keys) number = random.normal();
      return drawn;
    }

    HedgehogMaps firstMaps(Random random) const {
      const auto count = static_cast<std::size_t>(heads * keys * columns);
      const double deviation = 1 / std::sqrt(static_cast<double>(keys));
      HedgehogMaps maps{static_cast<sequence::HedgehogForm>(options_.integer(0)), columns,
                        std::vector<double>(count), std::vector<double>(count)};
      for (double& weight : maps.queries) weight = deviation * random.normal();
      for (double& weight : maps.keys) weight = deviation * random.normal();
      return maps;
    }

    sequence::DistillationData data(const Sequence& sequence) const {
      return {tokens, heads, keys, sequence.queries, sequence.keys};
    }

    // Attention of the first head; without maps it is softmax's.
    std::vector<double> attention(const Sequence& from, const HedgehogMaps* maps,
                                  const Context& context) const {
      sequence::Problem problem;
      problem.mechanism = &sequence::requireMechanism(maps ? "hedgehog" : "softmax");
      problem.sizes[Dim::token] = tokens;
      problem.sizes[Dim::head] = heads;
      problem.sizes[Dim::key] = keys;
      problem.inputs = {from.queries, from.keys,
                        std::vector<double>(static_cast<std::size_t>(tokens * heads))};
      problem.options =
          maps ? options_ : sequence::Options(problem.mechanism->description().options);
      if (maps) {
        problem.sizes[Dim::feature] = columns;
        problem.inputs.push_back(maps->queries);
        problem.inputs.push_back(maps->keys);
      }
      return sequence::impliedAttention(problem, 0, 0, context);
    }

    Checkpoint checkpoint(const HedgehogMaps& maps) const {
      const std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(heads),
                                             static_cast<std::uint64_t>(keys),
                                             static_cast<std::uint64_t>(columns)};
      const auto tensor = [&](const std::vector<double>& values) {
        return Tensor::of(shape, std::vector<float>(values.begin(), values.end()));
      };
      const std::vector<Tensor> tensors{tensor(maps.queries), tensor(maps.keys)};
      std::vector<Checkpoint::Entry> entries;
      for (const char* name : {"wq", "wk"}) {
        entries.push_back({name, DType::f32, shape, tensors.front().bytes().size(), ""});
      }
      return Checkpoint(std::move(entries),
                        [tensors](std::size_t index) { return tensors.at(index); });
    }

    std::int64_t tokens, heads, keys, columns;

   private:
    double sharpness_;
    sequence::Options options_;
  };

  static void addWeights(const Setup& setup, const Sequence& tested, const HedgehogMaps& before,
                         const HedgehogMaps& after, Outputs& outputs, const Context& context) {
    const std::vector<std::string> names{"softmax", "before training", "after training"};
    const std::vector<std::vector<double>> matrices{setup.attention(tested, nullptr, context),
                                                    setup.attention(tested, &before, context),
                                                    setup.attention(tested, &after, context)};
    Series series{"Attention weight by score",
                  {"Score q · k / √d", "", false},
                  {"Attention weight", "", true},
                  {},
                  {}};
    for (std::size_t i = 0; i < names.size(); ++i) {
      series.curves.push_back(scatter(setup, tested, matrices[i], names[i]));
    }
    outputs.add("weights", Data(std::move(series)));
    outputs.add("attention", Data(attentionStack(names, matrices, setup.tokens, true)));
  }

  // Weights against scores over the last quarter of the rows, thinned evenly.
  static Series::Curve scatter(const Setup& setup, const Sequence& tested,
                               const std::vector<double>& matrix, const std::string& name) {
    const auto tokens = static_cast<std::size_t>(setup.tokens);
    const auto keys = static_cast<std::size_t>(setup.keys);
    const auto row = keys * static_cast<std::size_t>(setup.heads);
    const std::size_t first = tokens - (tokens + 3) / 4;
    const std::size_t pairs = (tokens - first) * tokens;
    const std::size_t stride = std::max<std::size_t>(1, pairs / kMostPoints);
    std::vector<double> scores, weights;
    for (std::size_t pair = 0; pair < pairs; pair += stride) {
      const std::size_t i = first + pair / tokens, j = pair % tokens;
      if (j > i) continue;
      const double* q = tested.queries.data() + i * row;
      const double* k = tested.keys.data() + j * row;
      scores.push_back(std::inner_product(q, q + keys, k, 0.0) /
                       std::sqrt(static_cast<double>(keys)));
      weights.push_back(matrix[i * tokens + j]);
    }
    return {name, std::move(scores), std::move(weights), Series::Style::points, {}};
  }

  static void addMeasures(const Setup& setup, const Sequence& tested, const HedgehogMaps& before,
                          const HedgehogMaps& after, Outputs& outputs) {
    TextBuilder names;
    std::vector<double> divergence, entropy, correlation, monotone;
    const auto add = [&](const std::string& when, const sequence::Mimicry& measured) {
      names.add(when + " training");
      divergence.push_back(measured.divergence);
      entropy.push_back(measured.student_entropy);
      correlation.push_back(measured.rank_correlation);
      monotone.push_back(measured.monotone_share);
      outputs.metrics["divergence_" + when] = measured.divergence;
      outputs.metrics["entropy_" + when] = measured.student_entropy;
      outputs.metrics["rank_correlation_" + when] = measured.rank_correlation;
      outputs.metrics["monotone_share_" + when] = measured.monotone_share;
      outputs.metrics["entropy_softmax"] = measured.teacher_entropy;
    };
    add("before", sequence::mimicry(setup.data(tested), before));
    add("after", sequence::mimicry(setup.data(tested), after));
    std::vector<Column> columns;
    columns.emplace_back("maps", names.finish());
    columns.emplace_back("divergence", std::move(divergence), SharedArray<std::uint8_t>{}, "nat");
    columns.emplace_back("entropy", std::move(entropy));
    columns.emplace_back("rank_correlation", std::move(correlation));
    columns.emplace_back("monotone_share", std::move(monotone));
    outputs.add("measures", Data(Table(std::move(columns))));
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSequenceDistil() {
  return std::make_unique<SequenceDistil>();
}

}  // namespace lineament
