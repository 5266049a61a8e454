// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/mechanism_comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/analyses/sequence_setup.h"

namespace lineament {

namespace {

using Over = Comparison::Over;
using Role = sequence::OperandSpec::Role;

constexpr std::int64_t kTracePoints = 128;
constexpr std::int64_t kEigenvalueTokens = 64;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double norm(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) /
         static_cast<double>(std::max<std::size_t>(1, x.size()));
}

std::vector<double> counted(std::size_t count, double first) {
  std::vector<double> x(count);
  std::iota(x.begin(), x.end(), first);
  return x;
}

Comparison::Plot emptyPlot(Over over, const char* title, const char* label, const char* unit = "",
                           bool logarithmic = false) {
  const char* across = over == Over::tokens ? "Token"
                       : over == Over::lag  ? "Tokens ago"
                                            : "Real part";
  Series series{title, {across, "", false}, {label, unit, logarithmic}, {}, {}};
  return {over, std::move(series), {}};
}

double lastOf(const std::vector<double>& trace) {
  return trace.empty() ? kNaN : trace.back();
}

}  // namespace

MechanismComparison::MechanismComparison(std::vector<double> softmax, std::int64_t tokens,
                                         double threshold)
    : softmax_(std::move(softmax)), tokens_(tokens), threshold_(threshold) {
  plot(What::state_norm) = emptyPlot(Over::tokens, "State norm", "Frobenius norm of the state");
  plot(What::effective_rank) =
      emptyPlot(Over::tokens, "Effective rank", "Effective rank of the state");
  plot(What::output_error) =
      emptyPlot(Over::tokens, "Output error", "Relative to softmax attention");
  plot(What::decay) = emptyPlot(Over::tokens, "Decay", "Mean decay of the state");
  plot(What::write_strength) = emptyPlot(Over::tokens, "Write strength", "Mean over channels");
  plot(What::step_size) = emptyPlot(Over::tokens, "Step size", "Mean over channels");
  plot(What::lifetime) =
      emptyPlot(Over::tokens, "Lifetime", "How long a token is remembered", "tokens");
  plot(What::memory) = emptyPlot(Over::lag, "Memory", "Mean share of a token", "", true);
  plot(What::survival) = emptyPlot(Over::lag, "Survival", "Share of tokens that live longer");
  plot(What::eigenvalues) = emptyPlot(Over::plane, "Eigenvalues", "Imaginary part");
  real_parts_ = {
      "Eigenvalues", {"Token", "", false}, {"Real part of the eigenvalues", "", false}, {}, {}};
}

void MechanismComparison::add(const sequence::Problem& problem, const Context& context) {
  names_.emplace_back(problem.mechanism->description().id);
  const auto result = sequence::runReference(problem, context);
  addOutput(result.output);
  attention_.push_back(sequence::impliedAttention(problem, 0, 0, context));
  context.checkpoint(0.4);
  addAttention(attention_.back());
  measures_.state_numbers.push_back(
      result.final.empty() ? kNaN : static_cast<double>(result.final.front().values.size()));
  addState(sequence::traceState(problem, 0, 0, kTracePoints, context.part(0.4, 0.95)));
  addGates(problem);
  addEigenvalues(problem);
}

void MechanismComparison::addCurve(What what, std::vector<double> x, std::vector<double> y,
                                   const std::string& suffix) {
  if (y.empty()) return;
  Comparison::Plot& target = plot(what);
  std::vector<std::uint64_t> rows;
  for (std::size_t i = 0; target.over == Over::tokens && i < x.size(); ++i) {
    rows.push_back(static_cast<std::uint64_t>(x[i]) - 1);
  }
  const std::string name = suffix.empty() ? names_.back() : names_.back() + " " + suffix;
  target.series.curves.push_back(
      {name, std::move(x), std::move(y), Series::Style::line, std::move(rows)});
  std::vector<std::uint64_t> owners(target.owners.begin(), target.owners.end());
  owners.push_back(names_.size() - 1);
  target.owners = std::move(owners);
}

// Where the shapes differ there is nothing to compare.
void MechanismComparison::addOutput(const std::vector<double>& output) {
  const double whole = norm(softmax_), own = norm(output);
  const bool comparable = output.size() == softmax_.size() && whole > 0;
  measures_.error.push_back(comparable ? sequence::relativeError(output, softmax_) : kNaN);
  const double dot =
      comparable ? std::inner_product(output.begin(), output.end(), softmax_.begin(), 0.0) : 0;
  measures_.cosine.push_back(!comparable ? kNaN : own > 0 ? dot / own / whole : 0);
  if (!comparable) return;
  const auto errors = sequence::errorByToken(output, softmax_, tokens_);
  addCurve(What::output_error, counted(errors.size(), 1), errors);
}

void MechanismComparison::addAttention(const std::vector<double>& attention) {
  const auto shares = sequence::attentionShares(attention, tokens_);
  const auto lives = sequence::lifetimes(shares, tokens_, threshold_);
  const std::vector<double> lifetimes(lives.begin(), lives.end());
  const auto negative =
      std::count_if(attention.begin(), attention.end(), [](double weight) { return weight < 0; });
  measures_.entropy.push_back(sequence::meanEntropy(shares, tokens_));
  measures_.lifetime.push_back(mean(lifetimes));
  measures_.negative.push_back(static_cast<double>(negative) /
                               static_cast<double>(std::max<std::size_t>(1, attention.size())));
  const auto lags = counted(static_cast<std::size_t>(tokens_), 0);
  addCurve(What::lifetime, counted(lifetimes.size(), 1), lifetimes);
  addCurve(What::memory, lags, sequence::shareByLag(shares, tokens_));
  addCurve(What::survival, lags, sequence::survival(lives));
}

void MechanismComparison::addState(const sequence::StateTrace& trace) {
  measures_.state_norm.push_back(lastOf(trace.norm));
  measures_.rank.push_back(lastOf(trace.effective_rank));
  addCurve(What::state_norm, trace.token, trace.norm);
  addCurve(What::effective_rank, trace.token, trace.effective_rank);
}

void MechanismComparison::addGates(const sequence::Problem& problem) {
  const auto decays = sequence::decayTrace(problem, 0, 0);
  addCurve(What::decay, counted(decays.size(), 1), decays);
  bool first_decay = true;
  for (const sequence::GateTrace& gate : sequence::gateTraces(problem, 0, 0)) {
    const bool is_decay = gate.role == Role::log_decay;
    const bool drawn = is_decay && std::exchange(first_decay, false);
    if (drawn) continue;
    const What what = is_decay                  ? What::decay
                      : gate.role == Role::beta ? What::write_strength
                                                : What::step_size;
    addCurve(what, counted(gate.mean.size(), 1), gate.mean, gate.input);
  }
}

void MechanismComparison::addEigenvalues(const sequence::Problem& problem) {
  const std::int64_t stride = std::max<std::int64_t>(1, tokens_ / kEigenvalueTokens);
  std::vector<double> real, imaginary, at;
  std::vector<std::uint64_t> rows;
  for (const auto& [token, value] : sequence::transitionEigenvalues(problem, 0, 0, stride)) {
    real.push_back(value.real());
    imaginary.push_back(value.imag());
    at.push_back(static_cast<double>(token + 1));
    rows.push_back(static_cast<std::uint64_t>(token));
  }
  if (real.empty()) return;
  real_parts_.curves.push_back({names_.back(), at, real, Series::Style::points, rows});
  addCurve(What::eigenvalues, real, imaginary);
  Series::Curve& curve = plot(What::eigenvalues).series.curves.back();
  curve.style = Series::Style::points;
  curve.rows = std::move(rows);
}

Table MechanismComparison::measuresTable() const {
  TextBuilder names;
  for (const std::string& name : names_) names.add(name);
  const SharedArray<std::uint8_t> all_there;
  std::vector<Column> columns;
  columns.emplace_back("mechanism", names.finish());
  columns.emplace_back("output_error_vs_softmax", measures_.error);
  columns.emplace_back("output_cosine_to_softmax", measures_.cosine);
  columns.emplace_back("mean_entropy", measures_.entropy, all_there, "nat");
  columns.emplace_back("mean_lifetime", measures_.lifetime, all_there, "tokens");
  columns.emplace_back("negative_weights", measures_.negative);
  columns.emplace_back("state_numbers", measures_.state_numbers);
  columns.emplace_back("final_state_norm", measures_.state_norm);
  columns.emplace_back("final_effective_rank", measures_.rank);
  return Table(std::move(columns));
}

Comparison MechanismComparison::comparison(bool causal) const {
  Comparison all;
  all.attention = attentionStack(names_, attention_, tokens_, causal);
  for (const Comparison::Plot& plot : plots_) {
    if (!plot.series.curves.empty()) all.plots.push_back(plot);
  }
  all.measures = measuresTable();
  return all;
}

}  // namespace lineament
