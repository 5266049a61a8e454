// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_train.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "core/analyses/sequence_setup.h"
#include "core/analyses/trained_models.h"
#include "core/base/error.h"
#include "core/nets/sequence_training.h"
#include "core/sequence/registry.h"

namespace lineament {

namespace {

using nets::SequenceScore;
using nets::SequenceTrainingResult;
using Type = Parameter::Type;

constexpr ErrorText kLengths{"sequence.train.lengths", "Test on the lengths '{text}'",
                             "'{part}' is no whole number from 1 to 1048576", "",
                             "Write lengths separated by commas, as in 64,128,256"};
constexpr ErrorText kNoText{"sequence.train.no_text", "Train on a text", "no text was given", "",
                            "Give one as the input text, a file of at least 200 bytes"};

constexpr std::int64_t kLongest = 1 << 20;

Parameter real(const char* id, const char* title, double fallback, double lowest, double highest,
               const char* help) {
  return {.id = id,
          .title = title,
          .type = Type::real,
          .fallback = fallback,
          .help = help,
          .lowest = lowest,
          .highest = highest};
}

Parameter shownFor(Parameter parameter, const char* tasks) {
  parameter.shown_if = std::string("task=") + tasks;
  return parameter;
}

Parameter taskParameter() {
  Parameter parameter{.id = "task",
                      .title = "Task",
                      .type = Type::choice,
                      .fallback = std::string("parity"),
                      .help = "What the models learn"};
  for (const nets::TaskDescription& task : nets::taskDescriptions()) {
    parameter.choices.push_back(
        {std::string(task.id), std::string(task.title), std::string(task.summary)});
  }
  return parameter;
}

Parameter modelsParameter() {
  std::string ids;
  for (const sequence::Mechanism* mechanism : sequence::mechanisms()) {
    const sequence::Description& about = mechanism->description();
    if (about.causal) ids += (ids.empty() ? "" : ", ") + std::string(about.id);
  }
  return {.id = "models",
          .title = "Models",
          .type = Type::text,
          .fallback = std::string("deltanet,deltanet:eigenvalues=signed,mamba,mamba-signed"),
          .help =
              "Separated by commas: a mechanism, and settings of its own behind colons, as in "
              "based:key_size=8:heads=4. Mechanisms: " +
              ids};
}

std::vector<Parameter> shownParameters() {
  return {
      taskParameter(),
      modelsParameter(),
      wholeParameter("length", "Training length", 40, kLongest,
                     "Tokens of the sequences trained on"),
      {.id = "lengths",
       .title = "Test lengths",
       .type = Type::text,
       .fallback = std::string("64,128,256"),
       .help = "Lengths that the trained models are tested on, separated by commas"},
      wholeParameter("steps", "Steps", 1000, 10'000'000, "Updates of the weights"),
      wholeParameter("batch", "Batch", 64, 1 << 16, "New sequences for each step"),
      shownFor(wholeParameter("modulus", "Modulus", 5, 100, "Numbers are 0 to this less 1", 2),
               "modular_arithmetic"),
      shownFor(wholeParameter("pairs", "Pairs", 8, 1 << 16, "Keys with a value each"), "recall"),
      shownFor(
          wholeParameter("copied", "Copied tokens", 8, 1 << 16, "How many tokens are to be copied"),
          "selective_copying"),
      shownFor(wholeParameter("vocabulary", "Vocabulary", 64, 1 << 20, "Different tokens", 2),
               "recall|selective_copying"),
      shownFor(wholeParameter("dimensions", "Dimensions", 4, 1024, "Of a point"), "regression")};
}

std::vector<Parameter> foldedParameters() {
  return {
      wholeParameter("layers", "Layers", 2, 64, "Blocks of mixer and multilayer perceptron"),
      wholeParameter("width", "Width", 64, 4096, "Numbers for a token between the layers"),
      wholeParameter("heads", "Heads", 2, 256, "Of mechanisms with heads"),
      wholeParameter("key_size", "Key size", 32, 4096, "Width of queries and keys, or state size"),
      wholeParameter("value_size", "Value size", 32, 4096, "Width of values"),
      wholeParameter("convolution", "Convolution", 4, 64,
                     "Taps of the short convolutions before queries, keys and values; 0: none", 0),
      {.id = "eigenvalues",
       .title = "Eigenvalues",
       .type = Type::choice,
       .fallback = std::string("positive"),
       .help = "Of the transitions of delta rules: strengths of a write up to 1, or up to 2",
       .choices = {{"positive", "Positive", "From 0 to 1"}, {"signed", "Signed", "From -1 to 1"}}},
      real("learning_rate", "Learning rate", 2e-3, 1e-8, 10,
           "Largest one: it rises over a tenth of the steps and falls as a cosine"),
      real("weight_decay", "Weight decay", 0.01, 0, 10, "Of matrices, as AdamW"),
      real("clip", "Largest gradient", 1, 1e-6, 1e9, "Gradients are scaled down to this norm"),
      wholeParameter("evaluations", "Evaluations", 20, 10'000, "Of the score while training"),
      wholeParameter("test_sequences", "Test sequences", 512, 1 << 20,
                     "Of each length at the end")};
}

std::vector<Parameter> parametersOf() {
  std::vector<Parameter> parameters = shownParameters();
  for (Parameter& folded : foldedParameters()) {
    folded.advanced = true;
    parameters.push_back(std::move(folded));
  }
  return parameters;
}

Declaration declare() {
  Declaration declaration;
  declaration.id = "sequence.train";
  declaration.title = "Train sequence models";
  declaration.summary =
      "Trains small models (embedding, blocks of a sequence mechanism and a multilayer perceptron, "
      "head) side by side on a task that asks for memory or for state tracking, or on a text, and "
      "tests them on lengths they have not seen.";
  declaration.source =
      "The paper of each task and mechanism; AdamW: Loshchilov and Hutter (2019), Decoupled weight "
      "decay regularization";
  declaration.inputs = {{"text",
                         "Text",
                         {Kind::note},
                         "For the task text: a text file; its last tenth is held out",
                         false,
                         false}};
  declaration.parameters = parametersOf();
  declaration.outputs = {
      {"results", Kind::table, "Scores", "One row for each model and length"},
      {"by_length", Kind::series, "Score by length", "Of the trained models, at several lengths",
       false},
      {"score", Kind::series, "Score while training", "On new sequences of the training length"},
      {"loss", Kind::series, "Loss while training", ""},
      {"score_by_state", Kind::series, "Score by state size",
       "At the training length, of several models", false},
      {"models", Kind::checkpoint, "Trained weights", "Names begin with the model's"},
      {"figure_by_length", Kind::figure, "Figure: score by length", "", false},
      {"figure_score", Kind::figure, "Figure: score while training", ""},
      {"figure_loss", Kind::figure, "Figure: loss while training", ""},
      {"figure_state", Kind::figure, "Figure: score by state size", "", false}};
  declaration.metrics = {
      {"score_MODEL_LENGTH", "Score", "",
       "Share of right answers (of real ones R2) of each model at each length; what is no letter "
       "or digit in a model's name is an underscore"}};
  return declaration;
}

std::vector<std::int64_t> lengthsOf(const std::string& text) {
  std::vector<std::int64_t> lengths;
  for (const std::string_view part : listed(text)) {
    const auto length = wholeNumber(part, 1, kLongest);
    if (!length) throw Error::usage(kLengths, {{"text", text}, {"part", part}});
    lengths.push_back(*length);
  }
  return lengths;
}

std::string metricName(const std::string& model, std::int64_t length) {
  std::string id = "score_";
  for (const char letter : model) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    id += plain ? static_cast<char>(std::tolower(static_cast<unsigned char>(letter))) : '_';
  }
  return id + "_" + std::to_string(length);
}

struct Trained {
  std::string name;
  std::int64_t parameters = 0, state = 0;
  SequenceTrainingResult result;
};

Table resultTable(const std::vector<Trained>& models) {
  TextBuilder names;
  std::vector<std::int64_t> lengths, parameters, states;
  std::vector<double> scores, losses, seconds;
  for (const Trained& model : models) {
    for (const SequenceScore& score : model.result.by_length) {
      names.add(model.name);
      lengths.push_back(score.length);
      scores.push_back(score.score);
      losses.push_back(score.loss);
      parameters.push_back(model.parameters);
      states.push_back(model.state);
      seconds.push_back(model.result.seconds);
    }
  }
  std::vector<Column> columns;
  columns.emplace_back("model", names.finish());
  columns.emplace_back("length", std::move(lengths));
  columns.emplace_back("score", std::move(scores));
  columns.emplace_back("loss", std::move(losses));
  columns.emplace_back("parameters", std::move(parameters));
  columns.emplace_back("state", std::move(states));
  columns.emplace_back("training_time", std::move(seconds), SharedArray<std::uint8_t>{}, "s");
  return Table(std::move(columns));
}

class SequenceTrain : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    const auto task = taskOf(inputs, parameters, false), test = taskOf(inputs, parameters, true);
    nets::SequenceTrainingSettings settings = settingsOf(parameters);
    const std::int64_t longest = std::max(
        settings.length, settings.lengths.empty()
                             ? 0
                             : *std::max_element(settings.lengths.begin(), settings.lengths.end()));
    for (const std::int64_t length : settings.lengths) test->requireLength(length);
    task->requireLength(settings.length);
    const auto wanted = wantedModels(parameters.text("models"), parameters, *task, longest);

    std::vector<Trained> trained;
    TrainedTensors tensors;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const double count = static_cast<double>(wanted.size());
      const Context own =
          named(context.part(double(i) / count, (double(i) + 1) / count), wanted[i].name);
      nets::SequenceModel<float> model(wanted[i].settings, context.seed);
      trained.push_back({wanted[i].name, static_cast<std::int64_t>(model.parameters().elements()),
                         model.stateSize(settings.length),
                         nets::trainSequenceModel(model, *task, *test, settings, own)});
      tensors.add(wanted[i].name, model);
      context.note(fmt::format("{}: {:.0f} tokens a second", wanted[i].name,
                               trained.back().result.tokens_per_second));
    }
    return outputsOf(trained, tensors, *task, settings, parameters);
  }

 private:
  // Progress that says which model it is of.
  static Context named(Context context, const std::string& name) {
    if (!context.progress) return context;
    context.progress = [inner = context.progress, name](double fraction, std::string_view doing) {
      inner(fraction, doing.empty() ? name : name + ": " + std::string(doing));
    };
    return context;
  }

  static std::unique_ptr<nets::SequenceTask> taskOf(const Inputs& inputs,
                                                    const Parameters& parameters, bool held_out) {
    nets::TaskSettings settings;
    settings.modulus = parameters.integer("modulus");
    settings.pairs = parameters.integer("pairs");
    settings.copied = parameters.integer("copied");
    settings.vocabulary = parameters.integer("vocabulary");
    settings.dimensions = parameters.integer("dimensions");
    if (inputs.has("text")) settings.text = inputs.get<Note>("text").markdown;
    if (parameters.text("task") == "text" && !inputs.has("text")) throw Error::usage(kNoText);
    return nets::makeTask(parameters.text("task"), settings, held_out);
  }

  static nets::SequenceTrainingSettings settingsOf(const Parameters& parameters) {
    nets::SequenceTrainingSettings settings;
    settings.steps = parameters.integer("steps");
    settings.batch = parameters.integer("batch");
    settings.length = parameters.integer("length");
    settings.lengths = lengthsOf(parameters.text("lengths"));
    settings.learning_rate = parameters.real("learning_rate");
    settings.weight_decay = parameters.real("weight_decay");
    settings.clip = parameters.real("clip");
    settings.evaluations = parameters.integer("evaluations");
    settings.test_sequences = parameters.integer("test_sequences");
    return settings;
  }

  static Outputs outputsOf(const std::vector<Trained>& models, const TrainedTensors& tensors,
                           const nets::SequenceTask& task,
                           const nets::SequenceTrainingSettings& settings,
                           const Parameters& parameters) {
    const std::string title = titleOf(parameters.text("task"));
    const char* score = task.isReal() ? "R²" : "Accuracy";
    const std::string trained_to = fmt::format("trained to {}", settings.length);
    Series by_length{title, {"Sequence length", "", true}, {score, "", false}, {}, {}};
    Series scores{title, {"Step", "", false}, {score, "", false}, {}, {}};
    Series losses{title, {"Step", "", false}, {"Loss", task.isReal() ? "" : "nats", true}, {}, {}};
    Series by_state{title, {"State size", "numbers", true}, {score, "", false}, {}, {}};
    by_length.marks = {{trained_to, static_cast<double>(settings.length), true},
                       {"chance", task.chance(), false}};
    scores.marks = {{"chance", task.chance(), false}};
    by_state.marks = scores.marks;
    by_state.curves = curvesByState(models, settings.length);
    Outputs outputs;
    for (const Trained& model : models) {
      const SequenceTrainingResult& result = model.result;
      std::vector<double> lengths, reached;
      for (const SequenceScore& at : result.by_length) {
        lengths.push_back(static_cast<double>(at.length));
        reached.push_back(at.score);
        outputs.metrics[metricName(model.name, at.length)] = at.score;
      }
      by_length.curves.push_back(
          {model.name, std::move(lengths), std::move(reached), Series::Style::line_and_points, {}});
      scores.curves.push_back({model.name, result.steps, result.scores, Series::Style::line, {}});
      losses.curves.push_back({model.name, result.steps, result.losses, Series::Style::line, {}});
    }
    outputs.add("results", Data(resultTable(models)));
    outputs.add("models", Data(tensors.checkpoint({{"task", parameters.text("task")}})));
    const auto plotted = [&](const char* id, const char* figure, const char* what, Series series) {
      outputs.add(id, Data(std::move(series)));
      outputs.add(figure, Data(FigureSpec{"series", id, title + ": " + what, "",
                                          nlohmann::json::object()}));
    };
    // One point alone is no curve.
    if (models.front().result.by_length.size() > 1) {
      plotted("by_length", "figure_by_length", "score by length", std::move(by_length));
    }
    plotted("score", "figure_score", "score while training", std::move(scores));
    plotted("loss", "figure_loss", "loss while training", std::move(losses));
    if (models.size() > 1) {
      plotted("score_by_state", "figure_state", "score by state size", std::move(by_state));
    }
    return outputs;
  }

  // One curve for each mechanism, its models in the order of their states.
  static std::vector<Series::Curve> curvesByState(const std::vector<Trained>& models,
                                                  std::int64_t length) {
    std::vector<std::pair<std::string, std::map<double, double>>> mechanisms;
    for (const Trained& model : models) {
      const std::string id = model.name.substr(0, model.name.find(':'));
      auto found = std::find_if(mechanisms.begin(), mechanisms.end(),
                                [&](const auto& other) { return other.first == id; });
      if (found == mechanisms.end()) found = mechanisms.insert(found, {id, {}});
      for (const SequenceScore& at : model.result.by_length) {
        if (at.length == length) found->second[static_cast<double>(model.state)] = at.score;
      }
    }
    std::vector<Series::Curve> curves;
    for (const auto& [id, points] : mechanisms) {
      std::vector<double> states, scores;
      for (const auto& [state, score] : points) {
        states.push_back(state);
        scores.push_back(score);
      }
      curves.push_back(
          {id, std::move(states), std::move(scores), Series::Style::line_and_points, {}});
    }
    return curves;
  }

  static std::string titleOf(const std::string& id) {
    for (const nets::TaskDescription& task : nets::taskDescriptions()) {
      if (task.id == id) return std::string(task.title);
    }
    return id;
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSequenceTrain() {
  return std::make_unique<SequenceTrain>();
}

}  // namespace lineament
