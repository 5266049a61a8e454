// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/context.h"
#include "core/data/tensor.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// What a mechanism is to do, with its own memory: contiguous inputs in double precision, in the
// order of the description (an empty one is not given).
struct Problem {
  const Mechanism* mechanism = nullptr;
  Sizes sizes;
  Options options;
  std::vector<std::vector<double>> inputs;
  // Several sequences packed into the tokens of a batch of 1: sequence i is at tokens [starts[i],
  // starts[i + 1]). Empty: each batch entry is one sequence. State never crosses a start.
  std::vector<std::int64_t> starts;
  std::vector<State<double>> initial;  // one for each packed sequence; empty: nothing was seen
};

// Random inputs as the description says they are drawn: the same for the same seed and sizes.
// Queries, keys and values are the same numbers in all mechanisms that are drawn alike, so that
// these can be put side by side.
Problem drawProblem(const Mechanism& mechanism, const Sizes& sizes, const Options& options,
                    std::uint64_t seed);

// Tokens [first, first + count) of every input, as a problem of its own without packed starts.
Problem sliceTokens(const Problem& whole, std::int64_t first, std::int64_t count);

// From the tensors of a file, by their names. The sizes come from the shapes. Error
// "sequence.missing", "sequence.shape" name the tensor, what was expected and what was found;
// tensors of other names are an Error, too, with the names there may be. An integer tensor
// `cu_seqlens` gives the starts.
Problem problemOf(const Mechanism& mechanism, const Options& options,
                  const std::map<std::string, Tensor>& tensors);

// Everything a mechanism relies on: shapes, starts, states, ranges, no NaN or infinity. Error
// "sequence.not_finite", "sequence.range", ... with the tensor, batch, token and head.
void checkProblem(const Problem& problem);

template <class T>
struct Result {
  std::vector<T> output;        // contiguous, of the description's output shape
  std::vector<State<T>> final;  // one for each packed sequence; empty where there is no state
};

// The three forms over a whole problem, which has been checked. Storage is of queries, keys, values
// and the output; gates and weights stay in single precision.
Result<double> runReference(const Problem& problem, const Context& context);
Result<float> runFast(const Problem& problem, Storage storage, const Context& context);
Result<float> runSteps(const Problem& problem, const Context& context);  // token by token

// Gradients of sum(output * weights) + sum(final state * state_weights).
template <class T>
struct Gradients {
  std::vector<std::vector<T>> inputs;  // like Problem::inputs
  std::vector<State<T>> initial;       // empty where there is no state
};
Gradients<double> runReferenceBackward(const Problem& problem, const std::vector<double>& weights,
                                       const std::vector<State<double>>& state_weights,
                                       const Context& context);
Gradients<float> runFastBackward(const Problem& problem, const std::vector<double>& weights,
                                 const std::vector<State<double>>& state_weights,
                                 const Context& context);

// Implied attention of one head, [T, T] row-major; of packed sequences, of the first one.
std::vector<double> impliedAttention(const Problem& problem, std::int64_t batch, std::int64_t head,
                                     const Context& context);

}  // namespace lineament::sequence
