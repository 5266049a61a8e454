// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_run.h"

#include <chrono>
#include <cmath>

#include "core/analyses/sequence_setup.h"
#include "core/base/memory.h"
#include "core/sequence/inspection.h"
#include "core/sequence/registry.h"
#include "core/sequence/sparse_reading.h"

namespace lineament {

namespace {

using sequence::Dim;
using sequence::Problem;
using sequence::Storage;

// Up to this length the reference and the implied attention cost less than a second.
constexpr std::int64_t kShort = 1024;

std::vector<Parameter> parametersOf() {
  using Type = Parameter::Type;
  std::vector<Parameter> parameters{
      mechanismParameter(),
      {.id = "form",
       .title = "Form",
       .type = Type::choice,
       .fallback = std::string("fast"),
       .help = "Which way the output is computed",
       .choices = {{"reference", "Reference", "The definition, in double precision"},
                   {"fast", "Fast", "Chunkwise, vectorised and threaded"},
                   {"step", "Step", "Token by token, as when generating"}}}};
  for (Parameter& size : sizeParameters(256, 4)) parameters.push_back(std::move(size));
  parameters.push_back(optionsParameter());
  parameters.push_back(
      {.id = "storage",
       .title = "Storage",
       .type = Type::choice,
       .fallback = std::string("float32"),
       .help = "How the fast form's queries, keys, values and output are stored",
       .choices = {{"float32", "float32", ""},
                   {"bfloat16", "bfloat16", "Half the memory; states stay float32"}},
       .advanced = true,
       .shown_if = "form=fast"});
  parameters.push_back(
      {.id = "compare",
       .title = "Compare with the reference",
       .type = Type::choice,
       .fallback = std::string("auto"),
       .help = "Whether error_vs_reference and the implied attention are computed",
       .choices = {{"auto", "Up to 1,024 tokens", ""}, {"yes", "Always", ""}, {"no", "Never", ""}},
       .advanced = true});
  return parameters;
}

Declaration declare() {
  Declaration declaration;
  declaration.id = "sequence.run";
  declaration.title = "Run a sequence mechanism";
  declaration.summary =
      "Mixes the tokens of sequences by one mechanism (softmax attention, linear attention, a "
      "delta rule, a state-space model) on given tensors or on random ones, in one of its three "
      "forms, and shows the attention that it implies.";
  declaration.source = "The paper of each mechanism, named in its description";
  declaration.inputs = {
      {"qkv",
       "Tensors",
       {Kind::checkpoint},
       "NPZ or safetensors with q, k, v and what else the mechanism takes, [batch, token, head, "
       "width]; drawn from the seed when left out",
       false,
       false}};
  declaration.parameters = parametersOf();
  declaration.outputs = {
      {"o", Kind::tensor, "Output", "[batch, token, head, width]"},
      {"final_state", Kind::checkpoint, "Final state", "What the mechanism remembers at the end",
       false},
      {"attention", Kind::attention, "Implied attention", "Of the first sequence's heads", false},
      {"figure_attention", Kind::figure, "Figure: implied attention", "", false}};
  declaration.metrics = {
      {"error_vs_reference", "Error against the reference", "",
       "rms(o - reference) / rms(reference)"},
      {"tokens_per_second", "Tokens per second", "1/s", "Batch times tokens over the form's time"}};
  return declaration;
}

Problem problemFrom(const Inputs& inputs, const Parameters& parameters, const Context& context) {
  const sequence::Mechanism& mechanism = sequence::requireMechanism(parameters.text("mechanism"));
  const sequence::Options options = optionsOf(mechanism, parameters.text("options"));
  if (!inputs.has("qkv")) {
    return sequence::drawProblem(mechanism, sizesOf(mechanism, parameters), options, context.seed);
  }
  std::map<std::string, Tensor> tensors;
  const auto& file = inputs.get<Checkpoint>("qkv");
  for (std::size_t i = 0; i < file.entries().size(); ++i) {
    tensors.emplace(file.entries()[i].name, file.tensor(i));
  }
  return sequence::problemOf(mechanism, options, tensors);
}

struct Made {
  std::vector<double> output;
  std::vector<sequence::State<double>> final;
  double seconds = 0;
};

template <class Form>
Made timed(Form form) {
  const auto begin = std::chrono::steady_clock::now();
  auto result = form();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  Made made{{result.output.begin(), result.output.end()}, {}, taken.count()};
  for (const auto& state : result.final) {
    made.final.push_back({{state.values.begin(), state.values.end()}, state.tokens});
  }
  return made;
}

Made runForm(const Problem& problem, const Parameters& parameters, const Context& context) {
  const std::string& form = parameters.text("form");
  if (form == "reference") return timed([&] { return sequence::runReference(problem, context); });
  if (form == "step") return timed([&] { return sequence::runSteps(problem, context); });
  const Storage storage = parameters.text("storage") == "bfloat16" ? Storage::bf16 : Storage::f32;
  return timed([&] { return sequence::runFast(problem, storage, context); });
}

std::vector<std::string> dimensionNames(const sequence::Dims& dims) {
  std::vector<std::string> names;
  for (const Dim dim : dims) names.emplace_back(sequence::name(dim));
  return names;
}

// The states of all packed sequences, part by part.
Checkpoint stateCheckpoint(const Problem& problem,
                           const std::vector<sequence::State<double>>& states) {
  std::vector<Checkpoint::Entry> entries;
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < states.size(); ++i) {
    auto from = states[i].values.begin();
    for (const auto& part :
         problem.mechanism->state(problem.sizes, problem.options, states[i].tokens)) {
      const auto count = static_cast<std::ptrdiff_t>(sequence::elementsOf({part}));
      const std::string prefix = states.size() > 1 ? "sequence." + std::to_string(i) + "." : "";
      tensors.push_back(Tensor::of(part.shape, std::vector<float>(from, from + count)));
      entries.push_back({prefix + std::string(part.name), DType::f32, part.shape,
                         tensors.back().bytes().size(), ""});
      from += count;
    }
  }
  const std::int64_t tokens = states.empty() ? 0 : states.front().tokens;
  return Checkpoint(
      std::move(entries),
      [tensors = std::move(tensors)](std::size_t index) { return tensors.at(index); },
      {{"mechanism", std::string(problem.mechanism->description().id)}, {"tokens", tokens}});
}

// A second layer has what a mechanism with a mask reads under it.
AttentionStack attentionOf(const Problem& problem, const Context& context) {
  const std::int64_t heads = problem.sizes.heads();
  const std::int64_t tokens = problem.starts.empty() ? problem.sizes.tokens() : problem.starts[1];
  const std::string id(problem.mechanism->description().id);
  AttentionStack stack = attentionStack({id}, {}, tokens, problem.mechanism->description().causal);
  stack.heads.clear();
  std::vector<float> weights, masked;
  for (std::int64_t head = 0; head < heads; ++head) {
    context.checkpoint(static_cast<double>(head) / static_cast<double>(heads),
                       "Reading the implied attention");
    const auto matrix = sequence::impliedAttention(problem, 0, head, context);
    weights.insert(weights.end(), matrix.begin(), matrix.end());
    const auto under = sequence::attentionUnderMask(problem, 0, head, context);
    masked.insert(masked.end(), under.begin(), under.end());
    stack.heads.push_back("head " + std::to_string(head + 1));
  }
  if (!masked.empty()) {
    stack.layers.push_back(id + " mask");
    weights.insert(weights.end(), masked.begin(), masked.end());
  }
  stack.weights = std::move(weights);
  return stack;
}

class SequenceRun : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs& inputs, const Parameters& parameters,
              const Context& context) const override {
    context.checkpoint(0, "Preparing tensors");
    const sequence::Mechanism& mechanism = sequence::requireMechanism(parameters.text("mechanism"));
    std::optional<MemoryReservation> room;
    if (!inputs.has("qkv")) {
      room = reserveMemory(problemBytes(mechanism, sizesOf(mechanism, parameters)),
                           "the tensors of a sequence");
    }
    const Problem problem = problemFrom(inputs, parameters, context);
    sequence::checkProblem(problem);
    context.checkpoint(0.1, "Mixing tokens");
    const Made made = runForm(problem, parameters, context.part(0.1, 0.4));

    const sequence::Description& about = mechanism.description();
    Outputs outputs;
    const std::vector<std::uint64_t> shape = sequence::shapeOf(about.output, problem.sizes);
    const std::vector<std::string> names = dimensionNames(about.output);
    outputs.add(
        "o", parameters.text("form") == "reference"
                 ? Data(Tensor::of(shape, made.output, names))
                 : Data(Tensor::of(
                       shape, std::vector<float>(made.output.begin(), made.output.end()), names)));
    if (about.has_state) outputs.add("final_state", Data(stateCheckpoint(problem, made.final)));
    const double tokens = static_cast<double>(problem.sizes.batch() * problem.sizes.tokens());
    if (made.seconds > 0) outputs.metrics["tokens_per_second"] = tokens / made.seconds;
    compare(problem, parameters, made, outputs, context);
    return outputs;
  }

 private:
  static void compare(const Problem& problem, const Parameters& parameters, const Made& made,
                      Outputs& outputs, const Context& context) {
    const std::string& wanted = parameters.text("compare");
    if (wanted == "no" || (wanted == "auto" && problem.sizes.tokens() > kShort)) {
      context.note("The reference and the implied attention were left out");
      return;
    }
    context.checkpoint(0.4, "Running the reference");
    const auto reference = sequence::runReference(problem, context.part(0.4, 0.7));
    outputs.metrics["error_vs_reference"] = sequence::relativeError(made.output, reference.output);
    if (problem.sizes.tokens() == 0 || problem.sizes.batch() == 0) return;
    outputs.add("attention", Data(attentionOf(problem, context.part(0.7, 1))));
    const std::string title =
        "Attention implied by " + std::string(problem.mechanism->description().title);
    outputs.add("figure_attention",
                Data(FigureSpec{"mechanisms", "attention", title, "", nlohmann::json::object()}));
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSequenceRun() {
  return std::make_unique<SequenceRun>();
}

}  // namespace lineament
