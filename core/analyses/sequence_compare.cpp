// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_compare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/analyses/sequence_setup.h"
#include "core/base/memory.h"
#include "core/sequence/inspection.h"
#include "core/sequence/registry.h"

namespace lineament {

namespace {

using sequence::Problem;

constexpr std::int64_t kTracePoints = 128;
constexpr std::int64_t kEigenvalueTokens = 64;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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
      {"attention", Kind::attention, "Implied attention", "One matrix for each mechanism"},
      {"measures", Kind::table, "Measures", "One row for each mechanism"},
      {"memory", Kind::series, "Memory", "Mean share of a token against how long ago it was"},
      {"state_norm", Kind::series, "State norm", "Frobenius norm of the state over time"},
      {"effective_rank", Kind::series, "Effective rank", "Of the state over time", false},
      {"decay", Kind::series, "Decay", "Mean decay of the state at each token", false},
      {"eigenvalues", Kind::series, "Eigenvalues", "Of the state's transitions, their real parts",
       false},
      {"figure_attention", Kind::figure, "Figure: implied attention", ""},
      {"figure_memory", Kind::figure, "Figure: memory", ""},
      {"figure_state_norm", Kind::figure, "Figure: state norm", ""},
      {"figure_effective_rank", Kind::figure, "Figure: effective rank", "", false},
      {"figure_decay", Kind::figure, "Figure: decay", "", false},
      {"figure_eigenvalues", Kind::figure, "Figure: eigenvalues", "", false}};
  declaration.metrics = {{"mechanisms", "Mechanisms", "", "How many were compared"}};
  return declaration;
}

double norm(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

// ||o - s|| / ||s|| and the cosine of the two outputs; NaN where their shapes differ.
struct Difference {
  double error = kNaN, cosine = kNaN;
};
Difference differenceOf(const std::vector<double>& o, const std::vector<double>& softmax) {
  if (o.size() != softmax.size() || norm(softmax) == 0) return {};
  std::vector<double> difference(o.size());
  std::transform(o.begin(), o.end(), softmax.begin(), difference.begin(), std::minus<>());
  const double dot = std::inner_product(o.begin(), o.end(), softmax.begin(), 0.0);
  return {norm(difference) / norm(softmax), norm(o) > 0 ? dot / norm(o) / norm(softmax) : 0};
}

std::vector<double> counted(std::size_t count, double first) {
  std::vector<double> x(count);
  std::iota(x.begin(), x.end(), first);
  return x;
}

// Everything that is gathered, a curve or a number for each mechanism.
struct Gathered {
  std::vector<std::string> names;
  std::vector<std::vector<double>> attention;
  std::vector<double> error, cosine, entropy, lifetime, negative, state_numbers, state_norm, rank;
  Series memory, norms, ranks, decays, eigenvalues;
};

void addCurve(Series& series, const std::string& name, std::vector<double> x, std::vector<double> y,
              Series::Style style = Series::Style::line) {
  if (!y.empty()) series.curves.push_back({name, std::move(x), std::move(y), style, {}});
}

Gathered emptyGathering() {
  Gathered all;
  all.memory = {"Memory", {"Tokens ago", "", false}, {"Mean share of a token", "", true}, {}, {}};
  all.norms = {
      "State norm", {"Token", "", false}, {"Frobenius norm of the state", "", false}, {}, {}};
  all.ranks = {
      "Effective rank", {"Token", "", false}, {"Effective rank of the state", "", false}, {}, {}};
  all.decays = {"Decay", {"Token", "", false}, {"Mean decay of the state", "", false}, {}, {}};
  all.eigenvalues = {
      "Eigenvalues", {"Token", "", false}, {"Real part of the eigenvalues", "", false}, {}, {}};
  return all;
}

void gather(Gathered& all, const Problem& problem, const std::vector<double>& softmax,
            double threshold, const Context& context) {
  const std::int64_t tokens = problem.sizes.tokens();
  const std::string name(problem.mechanism->description().id);
  const auto result = sequence::runReference(problem, context);
  all.names.push_back(name);
  all.attention.push_back(sequence::impliedAttention(problem, 0, 0, context));
  context.checkpoint(0.4);
  const Difference difference = differenceOf(result.output, softmax);
  const auto shares = sequence::attentionShares(all.attention.back(), tokens);
  const auto lives = sequence::lifetimes(shares, tokens, threshold);
  all.error.push_back(difference.error);
  all.cosine.push_back(difference.cosine);
  all.entropy.push_back(sequence::meanEntropy(shares, tokens));
  all.lifetime.push_back(std::accumulate(lives.begin(), lives.end(), 0.0) /
                         static_cast<double>(std::max<std::size_t>(1, lives.size())));
  all.negative.push_back(
      static_cast<double>(std::count_if(all.attention.back().begin(), all.attention.back().end(),
                                        [](double weight) { return weight < 0; })) /
      static_cast<double>(std::max<std::size_t>(1, shares.size())));
  addCurve(all.memory, name, counted(shares.size() / static_cast<std::size_t>(tokens), 0),
           sequence::shareByLag(shares, tokens));

  const auto trace = sequence::traceState(problem, 0, 0, kTracePoints, context.part(0.4, 1));
  all.state_numbers.push_back(
      result.final.empty() ? kNaN : static_cast<double>(result.final.front().values.size()));
  all.state_norm.push_back(trace.norm.empty() ? kNaN : trace.norm.back());
  all.rank.push_back(trace.effective_rank.empty() ? kNaN : trace.effective_rank.back());
  addCurve(all.norms, name, trace.token, trace.norm);
  addCurve(all.ranks, name, trace.token, trace.effective_rank);
  const auto decays = sequence::decayTrace(problem, 0, 0);
  addCurve(all.decays, name, counted(decays.size(), 1), decays);
  const std::int64_t stride = std::max<std::int64_t>(1, tokens / kEigenvalueTokens);
  std::vector<double> at, real;
  for (const auto& [token, value] : sequence::transitionEigenvalues(problem, 0, 0, stride)) {
    at.push_back(static_cast<double>(token + 1));
    real.push_back(value.real());
  }
  addCurve(all.eigenvalues, name, at, real, Series::Style::points);
}

// Where a transition changes its nature: over 1 the state grows, at 0 it forgets all along an
// eigenvector, under 0 it turns it over.
void addMarks(Series& series) {
  for (const double value : {-1.0, 0.0, 1.0}) {
    series.marks.push_back({value == 0 ? "0" : value > 0 ? "1" : "-1", value, false});
  }
}

Table measuresTable(const Gathered& all) {
  TextBuilder names;
  for (const std::string& name : all.names) names.add(name);
  std::vector<Column> columns;
  columns.emplace_back("mechanism", names.finish());
  columns.emplace_back("output_error_vs_softmax", all.error);
  columns.emplace_back("output_cosine_to_softmax", all.cosine);
  columns.emplace_back("mean_entropy", all.entropy, SharedArray<std::uint8_t>{}, "nat");
  columns.emplace_back("mean_lifetime", all.lifetime, SharedArray<std::uint8_t>{}, "tokens");
  columns.emplace_back("negative_weights", all.negative);
  columns.emplace_back("state_numbers", all.state_numbers);
  columns.emplace_back("final_state_norm", all.state_norm);
  columns.emplace_back("final_effective_rank", all.rank);
  return Table(std::move(columns));
}

void addFigure(Outputs& outputs, const char* id, const char* view, const char* data,
               const std::string& title) {
  outputs.add(id, Data(FigureSpec{view, data, title, "", nlohmann::json::object()}));
}

void addSeries(Outputs& outputs, const std::string& id, Series series) {
  if (series.curves.empty()) return;
  const std::string title = series.title;
  outputs.add(id, Data(std::move(series)));
  outputs.add("figure_" + id, Data(FigureSpec{"series", id, title, "", nlohmann::json::object()}));
}

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
    Gathered all = emptyGathering();
    for (std::size_t i = 0; i < mechanisms.size(); ++i) {
      const auto share = [&](std::size_t n) {
        return static_cast<double>(n) / static_cast<double>(mechanisms.size());
      };
      context.checkpoint(share(i), mechanisms[i]->description().title);
      gather(all, drawn(*mechanisms[i], parameters, context), softmax, parameters.real("threshold"),
             context.part(share(i), share(i + 1)));
    }
    return outputsOf(std::move(all), mechanisms, tokens);
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

  static Outputs outputsOf(Gathered all, const std::vector<const sequence::Mechanism*>& mechanisms,
                           std::int64_t tokens) {
    const bool causal =
        std::all_of(mechanisms.begin(), mechanisms.end(),
                    [](const auto* mechanism) { return mechanism->description().causal; });
    Outputs outputs;
    outputs.add("attention", Data(attentionStack(all.names, all.attention, tokens, causal)));
    outputs.add("measures", Data(measuresTable(all)));
    addFigure(outputs, "figure_attention", "mechanisms", "attention", "Implied attention");
    addSeries(outputs, "memory", std::move(all.memory));
    addSeries(outputs, "state_norm", std::move(all.norms));
    addSeries(outputs, "effective_rank", std::move(all.ranks));
    addSeries(outputs, "decay", std::move(all.decays));
    addMarks(all.eigenvalues);
    addSeries(outputs, "eigenvalues", std::move(all.eigenvalues));
    outputs.metrics["mechanisms"] = static_cast<double>(mechanisms.size());
    return outputs;
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSequenceCompare() {
  return std::make_unique<SequenceCompare>();
}

}  // namespace lineament
