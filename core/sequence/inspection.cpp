// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sequence/inspection.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/base/decompositions.h"

namespace lineament::sequence {

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Where one head's part of the state lies.
struct HeadPart {
  std::size_t offset = 0, elements = 0;
  std::int64_t rows = 0, columns = 0;  // 0: no matrix
};

// The first part that is a matrix for each head or, without one, the first part's share of a head.
std::optional<HeadPart> headPart(const std::vector<StatePart>& parts, std::int64_t batch,
                                 std::int64_t head) {
  std::size_t offset = 0;
  for (const StatePart& part : parts) {
    const std::size_t elements = elementsOf({part});
    if (part.matrix && part.shape.size() >= 4) {
      HeadPart found;
      found.rows = static_cast<std::int64_t>(part.shape[part.shape.size() - 2]);
      found.columns = static_cast<std::int64_t>(part.shape.back());
      found.elements = elements / (part.shape[0] * part.shape[1]);
      const auto index =
          static_cast<std::size_t>(batch) * part.shape[1] + static_cast<std::size_t>(head);
      found.offset = offset + index * found.elements;
      return found;
    }
    offset += elements;
  }
  return std::nullopt;
}

using Role = OperandSpec::Role;

bool isGate(const OperandSpec& spec) {
  const bool by_token_and_head =
      spec.dims.size() >= 3 && spec.dims[1] == Dim::token && spec.dims[2] == Dim::head;
  return by_token_and_head && (spec.role == Role::log_decay || spec.role == Role::beta ||
                               (spec.role == Role::other && spec.lowest >= 0));
}

std::int64_t sizeOf(const std::vector<double>& matrix, std::int64_t tokens) {
  return tokens == 0 ? 0 : static_cast<std::int64_t>(matrix.size()) / tokens;
}

template <class T>
double errorOf(std::span<const T> x, std::span<const double> reference) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = static_cast<double>(x[i]) - reference[i];
    difference += d * d;
    size += reference[i] * reference[i];
  }
  if (size > 0) return std::sqrt(difference / size);
  return x.empty() ? 0 : std::sqrt(difference / static_cast<double>(x.size()));
}

}  // namespace

double relativeError(std::span<const double> x, std::span<const double> reference) {
  return errorOf(x, reference);
}

double relativeError(std::span<const float> x, std::span<const double> reference) {
  return errorOf(x, reference);
}

std::vector<double> errorByToken(std::span<const double> output, std::span<const double> reference,
                                 std::int64_t tokens) {
  std::vector<double> errors;
  const std::size_t each = tokens == 0 ? 0 : output.size() / static_cast<std::size_t>(tokens);
  for (std::size_t t = 0; t < static_cast<std::size_t>(tokens); ++t) {
    errors.push_back(
        relativeError(output.subspan(t * each, each), reference.subspan(t * each, each)));
  }
  return errors;
}

std::vector<double> attentionShares(const std::vector<double>& attention, std::int64_t tokens) {
  std::vector<double> shares(attention.size());
  const std::int64_t width = sizeOf(attention, tokens);
  for (std::int64_t t = 0; t < tokens; ++t) {
    double sum = 0;
    for (std::int64_t s = 0; s < width; ++s) {
      sum += std::abs(attention[static_cast<std::size_t>(t * width + s)]);
    }
    for (std::int64_t s = 0; sum > 0 && s < width; ++s) {
      const auto at = static_cast<std::size_t>(t * width + s);
      shares[at] = std::abs(attention[at]) / sum;
    }
  }
  return shares;
}

double meanEntropy(const std::vector<double>& shares, std::int64_t tokens) {
  double sum = 0;
  for (const double share : shares) {
    if (share > 0) sum -= share * std::log(share);
  }
  return tokens > 0 ? sum / static_cast<double>(tokens) : 0;
}

std::vector<double> shareByLag(const std::vector<double>& shares, std::int64_t tokens) {
  std::vector<double> mean(static_cast<std::size_t>(tokens), 0.0);
  for (std::int64_t lag = 0; lag < tokens; ++lag) {
    for (std::int64_t t = lag; t < tokens; ++t) {
      mean[static_cast<std::size_t>(lag)] += shares[static_cast<std::size_t>(t * tokens + t - lag)];
    }
    mean[static_cast<std::size_t>(lag)] /= static_cast<double>(tokens - lag);
  }
  return mean;
}

std::vector<std::int64_t> lifetimes(const std::vector<double>& shares, std::int64_t tokens,
                                    double threshold) {
  std::vector<std::int64_t> lives;
  for (std::int64_t s = 0; s < tokens; ++s) {
    std::int64_t t = s;
    while (t < tokens && shares[static_cast<std::size_t>(t * tokens + s)] >= threshold) ++t;
    lives.push_back(t - s);
  }
  return lives;
}

std::vector<double> survival(const std::vector<std::int64_t>& lifetimes) {
  std::vector<double> alive(lifetimes.size(), 0.0);
  for (const std::int64_t life : lifetimes) {
    for (std::int64_t lag = 0; lag < life; ++lag) alive[static_cast<std::size_t>(lag)] += 1;
  }
  for (double& share : alive) share /= static_cast<double>(lifetimes.size());
  return alive;
}

double effectiveRank(const double* matrix, std::int64_t rows, std::int64_t columns) {
  const Eigen::Map<const RowMajor> view(matrix, rows, columns);
  const Eigen::VectorXd singular = singularValues(view);
  const double sum = singular.sum();
  if (!(sum > 0)) return 0;
  double entropy = 0;
  for (const double value : singular) {
    if (value > 0) entropy -= value / sum * std::log(value / sum);
  }
  return std::exp(entropy);
}

StateTrace traceState(const Problem& problem, std::int64_t batch, std::int64_t head,
                      std::int64_t most, const Context& context) {
  StateTrace trace;
  const std::int64_t tokens = problem.sizes.tokens();
  if (!problem.mechanism->description().has_state || tokens == 0) return trace;
  const std::int64_t stride = std::max<std::int64_t>(1, (tokens + most - 1) / most);
  std::vector<State<double>> state = problem.initial;
  for (std::int64_t first = 0; first < tokens; first += stride) {
    const std::int64_t count = std::min(stride, tokens - first);
    Problem part = sliceTokens(problem, first, count);
    part.initial = std::move(state);
    state = runReference(part, context).final;
    const std::vector<double>& values = state.front().values;
    const auto found =
        headPart(problem.mechanism->state(problem.sizes, problem.options, state.front().tokens),
                 batch, head);
    const HeadPart at = found.value_or(HeadPart{0, values.size(), 0, 0});
    double squares = 0;
    for (std::size_t i = 0; i < at.elements; ++i) {
      squares += values[at.offset + i] * values[at.offset + i];
    }
    trace.token.push_back(static_cast<double>(first + count));
    trace.norm.push_back(std::sqrt(squares));
    if (found) {
      trace.effective_rank.push_back(effectiveRank(values.data() + at.offset, at.rows, at.columns));
    }
    context.checkpoint(static_cast<double>(first + count) / static_cast<double>(tokens));
  }
  return trace;
}

std::vector<GateTrace> gateTraces(const Problem& problem, std::int64_t batch, std::int64_t head) {
  std::vector<GateTrace> traces;
  const auto& specs = problem.mechanism->description().inputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!isGate(specs[i]) || problem.inputs[i].empty()) continue;
    const Dims& dims = specs[i].dims;
    const std::int64_t channels = dims.size() > 3 ? problem.sizes[dims[3]] : 1;
    const View<const double> gate{problem.inputs[i].data(), contiguousStrides(dims, problem.sizes)};
    GateTrace trace{std::string(specs[i].name), specs[i].role, {}};
    for (std::int64_t t = 0; t < problem.sizes.tokens(); ++t) {
      const double* row = gate.row(batch, t, head);
      double sum = 0;
      for (std::int64_t d = 0; d < channels; ++d) {
        sum += specs[i].role == Role::log_decay ? std::exp(row[d]) : row[d];
      }
      trace.mean.push_back(sum / static_cast<double>(channels));
    }
    traces.push_back(std::move(trace));
  }
  return traces;
}

std::vector<double> decayTrace(const Problem& problem, std::int64_t batch, std::int64_t head) {
  bool corrected = false;
  for (GateTrace& gate : gateTraces(problem, batch, head)) {
    if (gate.role == Role::log_decay) return std::move(gate.mean);
    corrected = corrected || gate.role == Role::beta;
  }
  if (corrected) return {};
  const auto eigenvalues = transitionEigenvalues(problem, batch, head, 1);
  if (eigenvalues.empty()) return {};
  std::vector<double> sizes(static_cast<std::size_t>(problem.sizes.tokens()), 0.0);
  for (const auto& [token, value] : eigenvalues) {
    sizes[static_cast<std::size_t>(token)] += std::abs(value);
  }
  const double each = static_cast<double>(eigenvalues.size()) / static_cast<double>(sizes.size());
  for (double& size : sizes) size /= each;
  return sizes;
}

std::vector<Eigenvalue> transitionEigenvalues(const Problem& problem, std::int64_t batch,
                                              std::int64_t head, std::int64_t stride) {
  std::vector<View<const double>> inputs;
  const auto& specs = problem.mechanism->description().inputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    inputs.push_back({problem.inputs[i].empty() ? nullptr : problem.inputs[i].data(),
                      contiguousStrides(specs[i].dims, problem.sizes)});
  }
  Call<double> call;
  call.sizes = problem.sizes;
  call.options = &problem.options;
  call.inputs = inputs;
  std::vector<Eigenvalue> all;
  for (std::int64_t t = 0; t < problem.sizes.tokens(); t += stride) {
    for (const auto& value : problem.mechanism->transition(call, batch, head, t)) {
      all.push_back({t, value});
    }
  }
  return all;
}

}  // namespace lineament::sequence
