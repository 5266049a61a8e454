// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_compare.h"

#include <algorithm>

#include "core/analyses/mechanism_comparison.h"
#include "core/analyses/sequence_setup.h"
#include "core/base/memory.h"
#include "core/sequence/registry.h"

namespace lineament {

namespace {

using sequence::Problem;

Declaration declare() {
  Declaration declaration;
  declaration.id = "sequence.compare";
  declaration.title = "Put sequence mechanisms side by side";
  declaration.summary =
      "Gives the same random queries, keys and values to several mechanisms and shows what each "
      "one makes of them: the attention it implies, how long a token's share lasts, how large and "
      "how varied its state is, its decays and the eigenvalues of its transitions, and how far "
      "its output is from softmax attention's.";
  declaration.source =
      "The paper of each mechanism; Roy and Vetterli (2007), The effective rank, for the state";
  declaration.parameters = {mechanismsParameter()};
  for (Parameter& size : sizeParameters(128, 1)) {
    if (size.id == "tokens") size.highest = 2048;
    if (size.id != "batch" && size.id != "heads") declaration.parameters.push_back(std::move(size));
  }
  declaration.parameters.push_back(
      {.id = "threshold",
       .title = "Share that counts as remembered",
       .type = Parameter::Type::real,
       .fallback = 0.01,
       .help = "A token lives on while its share |A[t,s]| / sum |A[t,.]| stays at this or above",
       .lowest = 1e-6,
       .highest = 1});
  declaration.outputs = {
      {"comparison", Kind::comparison, "Comparison", "All that is below, linked by the token"},
      {"attention", Kind::attention, "Implied attention", "One matrix for each mechanism"},
      {"measures", Kind::table, "Measures", "One row for each mechanism"},
      {"memory", Kind::series, "Memory", "Mean share of a token against how long ago it was"},
      {"state_norm", Kind::series, "State norm", "Frobenius norm of the state over time"},
      {"effective_rank", Kind::series, "Effective rank", "Of the state over time", false},
      {"output_error", Kind::series, "Output error", "Of each token, against softmax attention"},
      {"decay", Kind::series, "Decay", "Mean decay of the state at each token", false},
      {"eigenvalues", Kind::series, "Eigenvalues", "Of the state's transitions, their real parts",
       false},
      {"figure_comparison", Kind::figure, "Figure: mechanisms side by side", ""},
      {"figure_attention", Kind::figure, "Figure: implied attention", ""},
      {"figure_memory", Kind::figure, "Figure: memory", ""},
      {"figure_state_norm", Kind::figure, "Figure: state norm", ""},
      {"figure_effective_rank", Kind::figure, "Figure: effective rank", "", false},
      {"figure_output_error", Kind::figure, "Figure: output error", ""},
      {"figure_decay", Kind::figure, "Figure: decay", "", false},
      {"figure_eigenvalues", Kind::figure, "Figure: eigenvalues", "", false}};
  declaration.metrics = {{"mechanisms", "Mechanisms", "", "How many were compared"}};
  return declaration;
}

// Where a transition changes its nature: over 1 the state grows, at 0 it forgets all along an
// eigenvector, under 0 it turns it over.
void addMarks(Series& series) {
  for (const double value : {-1.0, 0.0, 1.0}) {
    series.marks.push_back({value == 0 ? "0" : value > 0 ? "1" : "-1", value, false});
  }
}

// What the tokens are told apart by: runs that draw the same ones share what is chosen.
std::string tokensOrigin(const Parameters& parameters, const Context& context) {
  return fmt::format("tokens:{}x{}x{}, seed {}", parameters.integer("tokens"),
                     parameters.integer("key_size"), parameters.integer("value_size"),
                     context.seed);
}

// Outputs whose rows are the tokens of one sequence, unless they are added without that.
class TokenOutputs {
 public:
  explicit TokenOutputs(std::string origin) : origin_(std::move(origin)) {}

  void add(const std::string& id, Data::Value value) {
    outputs_.add(id, Data(std::move(value), origin_));
  }
  void addUnlinked(const std::string& id, Data::Value value) {
    outputs_.add(id, Data(std::move(value)));
  }
  void addFigure(const std::string& data, const char* view, const std::string& title,
                 nlohmann::json options = nlohmann::json::object()) {
    outputs_.add("figure_" + data, Data(FigureSpec{view, data, title, "", std::move(options)}));
  }
  // Each mechanism in the colour that it has in all other figures.
  void addSeries(const std::string& id, const Series& series,
                 const SharedArray<std::uint64_t>& owners) {
    if (series.curves.empty()) return;
    add(id, series);
    addFigure(id, "series", series.title, {{"colours", std::vector(owners.begin(), owners.end())}});
  }
  void addSeries(const std::string& id, const Comparison::Plot& plot) {
    addSeries(id, plot.series, plot.owners);
  }
  Outputs take() { return std::move(outputs_); }

 private:
  std::string origin_;
  Outputs outputs_;
};

class SequenceCompare : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs&, const Parameters& parameters, const Context& context) const override {
    const auto mechanisms = mechanismsOf(parameters.text("mechanisms"));
    const std::int64_t tokens = parameters.integer("tokens");
    const auto room = reserveMemory(
        mechanisms.size() * static_cast<std::size_t>(tokens * tokens) * 2 * sizeof(double),
        "implied attention matrices");
    const std::vector<double> softmax =
        sequence::runReference(drawn(sequence::requireMechanism("softmax"), parameters, context),
                               {})
            .output;
    MechanismComparison made(softmax, tokens, parameters.real("threshold"));
    for (std::size_t i = 0; i < mechanisms.size(); ++i) {
      const auto share = [&](std::size_t n) {
        return static_cast<double>(n) / static_cast<double>(mechanisms.size());
      };
      context.checkpoint(share(i), mechanisms[i]->description().title);
      made.add(drawn(*mechanisms[i], parameters, context), context.part(share(i), share(i + 1)));
    }
    Outputs outputs = outputsOf(made, mechanisms, tokensOrigin(parameters, context));
    outputs.metrics["mechanisms"] = static_cast<double>(mechanisms.size());
    return outputs;
  }

 private:
  static Problem drawn(const sequence::Mechanism& mechanism, const Parameters& parameters,
                       const Context& context) {
    sequence::Sizes sizes;
    sizes[sequence::Dim::token] = parameters.integer("tokens");
    sizes[sequence::Dim::key] = parameters.integer("key_size");
    sizes[sequence::Dim::value] = parameters.integer("value_size");
    Problem problem = sequence::drawProblem(mechanism, mechanism.suited(sizes),
                                            optionsOf(mechanism, ""), context.seed);
    sequence::checkProblem(problem);
    return problem;
  }

  static Outputs outputsOf(const MechanismComparison& made,
                           const std::vector<const sequence::Mechanism*>& mechanisms,
                           const std::string& origin) {
    using What = MechanismComparison::What;
    const bool causal =
        std::all_of(mechanisms.begin(), mechanisms.end(),
                    [](const auto* mechanism) { return mechanism->description().causal; });
    const Comparison comparison = made.comparison(causal);
    TokenOutputs outputs(origin);
    outputs.add("comparison", comparison);
    outputs.addFigure("comparison", "sequence", "Mechanisms side by side");
    outputs.add("attention", comparison.attention);
    outputs.addUnlinked("measures", comparison.measures);
    outputs.addFigure("attention", "mechanisms", "Implied attention");
    outputs.addSeries("memory", made.plot(What::memory));
    outputs.addSeries("state_norm", made.plot(What::state_norm));
    outputs.addSeries("effective_rank", made.plot(What::effective_rank));
    outputs.addSeries("output_error", made.plot(What::output_error));
    outputs.addSeries("decay", made.plot(What::decay));
    Series real_parts = made.realParts();
    addMarks(real_parts);
    outputs.addSeries("eigenvalues", real_parts, made.plot(What::eigenvalues).owners);
    return outputs.take();
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSequenceCompare() {
  return std::make_unique<SequenceCompare>();
}

}  // namespace lineament
