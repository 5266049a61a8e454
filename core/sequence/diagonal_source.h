// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <functional>

#include "core/sequence/diagonal_chunks.h"
#include "core/sequence/diagonal_reference.h"
#include "core/sequence/feature_map.h"
#include "core/sequence/mechanism.h"
#include "core/sequence/operands.h"

namespace lineament::sequence {

// What makes one mechanism of diagonal_chunks.h's recurrence different from another.
struct DiagonalRule {
  Decay decay = Decay::none;
  FeatureMap map = FeatureMap::identity;  // of queries and keys
  double scale = 1;                       // of the queries, behind the map
  bool normalise = false;
  // A query reads before its own token's decay and write: those are met `lag` tokens later, so
  // that the recurrence has so many tokens more, the first without a key and the last without a
  // query.
  std::int64_t lag = 0;

  DiagonalShape shape(const Sizes& sizes) const {
    return {sizes.tokens() + lag,      sizes.keys(), sizes.values(), decay,
            static_cast<float>(scale), normalise};
  }
};

// How the recurrence meets one head of a call whose first inputs are queries, keys and values, and
// of which another one holds log decays: [head], [batch, token, head] or [batch, token, head, key].
template <class T>
struct DiagonalSource {
  static constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2, kDecay = 3;

  const Call<T>& call;
  std::int64_t batch = 0, head = 0;
  std::size_t decays = kDecay;  // which input holds them
  bool reversed = false;        // from the last token to the first
  bool adds = false;            // its outputs to those that are there
  std::int64_t lag = 0;         // as in the rule

  std::int64_t item() const { return batch * call.sizes.heads() + head; }
  // Whether index i of the recurrence is a token, and which.
  bool has(std::int64_t index) const { return index >= 0 && index < call.sizes.tokens(); }
  std::int64_t token(std::int64_t index) const {
    return reversed ? call.sizes.tokens() - 1 - index : index;
  }
};

// What a mechanism's outputs have beside the recurrence, and the gradients of that.
class DiagonalBeside {
 public:
  virtual ~DiagonalBeside() = default;
  virtual void add(const DiagonalSource<double>& source, const DiagonalRule& rule) const = 0;
  virtual void addGradients(const BackwardCall<double>& back, const DiagonalSource<double>& source,
                            const DiagonalRule& rule) const = 0;
  // To the outputs of tokens [first, first + count), which may lie elsewhere yet.
  virtual void add(const DiagonalSource<float>& source, const DiagonalRule& rule,
                   std::int64_t first, std::int64_t count, const RowsAt<float>& outputs) const = 0;
  virtual void addGradients(const BackwardCall<float>& back, const DiagonalSource<float>& source,
                            const DiagonalRule& rule, std::int64_t first,
                            std::int64_t count) const = 0;
};

// The reference's view of it; `rate` is the log decay where it is constant.
DiagonalTrack trackOf(const DiagonalSource<double>& source, const DiagonalRule& rule, double rate);
// Outputs [tokens, values] of a track are added to the call's, gradients to the inputs'.
void clearOutputs(const DiagonalSource<double>& source);
void addOutputs(const DiagonalSource<double>& source, const std::vector<double>& outputs);
std::vector<double> outputGradients(const BackwardCall<double>& back,
                                    const DiagonalSource<double>& source);
void addGradients(const BackwardCall<double>& back, const DiagonalSource<double>& source,
                  const DiagonalRule& rule, const DiagonalTrackGradients& found);

// Where one head's part of a state of S [batch, head, key, value] and, where it normalises, z
// [batch, head, key] behind it lies.
template <class T>
DiagonalState<T> stateOf(T* values, const Sizes& sizes, bool normalise, std::int64_t item) {
  if (values == nullptr) return {};
  const std::int64_t matrix = sizes.keys() * sizes.values();
  DiagonalState<T> state{values + item * matrix, nullptr};
  if (normalise) {
    state.sums = values + sizes.batch() * sizes.heads() * matrix + item * sizes.keys();
  }
  return state;
}
std::vector<StatePart> diagonalStateParts(const Sizes& sizes, bool normalise);

template <class T>
const T* valuesOf(const State<T>* state) {
  return state != nullptr ? state->values.data() : nullptr;
}

// A state of the right size for a call's heads to write into; null where it is not asked for.
template <class T>
T* prepared(State<T>* state, const Sizes& sizes, bool normalise, std::int64_t tokens) {
  if (state == nullptr) return nullptr;
  state->values.resize(elementsOf(diagonalStateParts(sizes, normalise)));
  state->tokens = tokens;
  return state->values.data();
}
template <class T>
std::int64_t tokensBefore(const Call<T>& call) {
  return call.initial != nullptr ? call.initial->tokens : 0;
}

// The same as one matrix [keys, columns] of a track, and back.
std::vector<double> joinedState(const DiagonalTrack& track, DiagonalState<const double> state);
void splitState(const DiagonalTrack& track, const std::vector<double>& matrix,
                DiagonalState<double> state);

inline constexpr std::int64_t kMostHeads = 8;  // of a group: their states share a cache

// Calls work(batch, first head, end of heads) for groups of neighbouring heads, as large ones as
// leave every thread some. Where sequences of a batch share a gradient, `in_turn` has each task
// take all of them.
using HeadWork = std::function<void(std::int64_t batch, std::int64_t first, std::int64_t end)>;
void forHeadGroups(const Call<float>& call, bool in_turn, const HeadWork& work);

// Least work of a forward pass.
double diagonalFlops(const Sizes& sizes);

// The inputs q, k, v and their usual axes.
std::vector<OperandSpec> attentionInputs();
// An input g [head] in place of the rates of the papers.
OperandSpec constantDecayInput();
// An input of log gates [batch, token, head, key].
OperandSpec channelDecayInput(std::string_view name, std::string_view help);
// The factor of the queries: what the option `scale` says, 1 / sqrt(key) for its 0.
double attentionScale(const Sizes& sizes, double given);

}  // namespace lineament::sequence
