// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/sequence/problem.h"

namespace lineament::sequence {

// What can be seen of a mechanism from outside: how it spreads its attention, how long it
// remembers, how full its state is. Matrices are implied attention, [tokens, tokens] row-major.

// rms(x - reference) / rms(reference); where the reference is all 0, rms(x - reference).
double relativeError(std::span<const double> x, std::span<const double> reference);
double relativeError(std::span<const float> x, std::span<const double> reference);

// relativeError of each token of two outputs of one sequence, [tokens, ...] row-major, of one
// shape.
std::vector<double> errorByToken(std::span<const double> output, std::span<const double> reference,
                                 std::int64_t tokens);

// |A[t, s]| / sum over s of |A[t, s]|: what share each token has in an output, signs aside. A row
// of zeros stays one.
std::vector<double> attentionShares(const std::vector<double>& attention, std::int64_t tokens);

// -sum share ln share, in nats, averaged over the rows.
double meanEntropy(const std::vector<double>& shares, std::int64_t tokens);

// Mean over t of share[t, t - lag], for lag = 0 ... tokens - 1.
std::vector<double> shareByLag(const std::vector<double>& shares, std::int64_t tokens);

// For each token s, over how many later tokens its share stays at `threshold` or above without a
// gap: the largest lag such that share[s, s], ..., share[s + lag, s] all do, plus one. 0: it never
// does.
std::vector<std::int64_t> lifetimes(const std::vector<double>& shares, std::int64_t tokens,
                                    double threshold);

// exp(entropy of sigma / sum sigma) of a matrix's singular values: 1 for a rank-one matrix, at most
// min(rows, columns) (Roy and Vetterli 2007, "The effective rank"). 0 for a matrix of zeros.
double effectiveRank(const double* matrix, std::int64_t rows, std::int64_t columns);

// The state of one head after some of the tokens, at most `most` of them and always the last.
struct StateTrace {
  std::vector<double> token;
  std::vector<double> norm;            // Frobenius
  std::vector<double> effective_rank;  // empty where the state is no matrix
};
StateTrace traceState(const Problem& problem, std::int64_t batch, std::int64_t head,
                      std::int64_t most, const Context& context);

// For each lag = 0 ... tokens - 1, how many of the tokens live longer than that, as a share of
// them.
std::vector<double> survival(const std::vector<std::int64_t>& lifetimes);

// What opens and closes at each token of one head: every decay, write strength and step size that
// has numbers of its own for each token and head, averaged over its channels. Decays are exp(log
// decay), the others as they are; inputs that may be negative are no gates.
struct GateTrace {
  std::string input;
  OperandSpec::Role role = OperandSpec::Role::other;
  std::vector<double> mean;  // one for each token
};
std::vector<GateTrace> gateTraces(const Problem& problem, std::int64_t batch, std::int64_t head);

// Mean decay of the state at each token of one head: the first log decay among its gates. Where
// decays are made of other inputs, and the state is not corrected by a delta rule, the mean size of
// its transition's eigenvalues. Empty where there is neither.
std::vector<double> decayTrace(const Problem& problem, std::int64_t batch, std::int64_t head);

// Eigenvalues of the state's transition at every `stride`-th token, each with its token.
struct Eigenvalue {
  std::int64_t token = 0;
  std::complex<double> value;
};
std::vector<Eigenvalue> transitionEigenvalues(const Problem& problem, std::int64_t batch,
                                              std::int64_t head, std::int64_t stride);

}  // namespace lineament::sequence
