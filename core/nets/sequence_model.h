// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/autodiff/parameters.h"
#include "core/autodiff/tape.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/sequence/mechanism.h"

namespace lineament::nets {

// A small model around one sequence mechanism:
//   embedding (of tokens, or a linear map of real features)
//   layers times:  x += mixer(rmsNorm(x)),  x += down(silu(gate(rmsNorm(x))) * up(rmsNorm(x)))
//   rmsNorm, linear head
// without positions: what order there is comes from the mechanism and its short convolutions.
struct SequenceModelSettings {
  const sequence::Mechanism* mechanism = nullptr;
  sequence::Options options;
  // Strengths of a write (role beta) from 0 to 2 instead of 0 to 1, which lets the transition of a
  // delta rule have eigenvalues down to -1 (Grazzi et al. 2024).
  bool negative_eigenvalues = false;
  std::int64_t layers = 2;
  std::int64_t width = 64;
  std::int64_t heads = 2;
  std::int64_t key_size = 32;    // of a head; the state size of a state-space model
  std::int64_t value_size = 32;  // of a head
  std::int64_t convolution = 4;  // taps before queries, keys and values; 0: none
  std::int64_t vocabulary = 0;   // tokens; 0: the inputs are real
  std::int64_t features = 0;     // of a real input
  std::int64_t outputs = 1;      // classes, or real numbers
  std::int64_t longest = 1;      // sequence, for tables of positions (SEA)
};

// The mixer is made from the mechanism's description. Every operand of a token is a linear map of
// the layer's input, brought into its range by the map that its way of drawing names:
//   normal, small_normal   as it is; queries, keys and values behind a short causal convolution
//   unit_rows              silu, then scaled to length 1; the queries of such a mechanism too
//   log_gate               -softplus(-x) / 16, through 16 channels (GLA's gate)
//   log_decay              -exp(a) softplus(x + b), a and b learned (Mamba-2's decay)
//   step                   softplus(x + b), b such that steps begin in [0.001, 0.1] (Mamba)
//   sigmoid, twice_sigmoid sigmoid(x), twice that for strengths of a write where asked for
// A weight is a parameter: -exp(a) where it has to be negative, exp(a) for a step size. Decays that
// do not depend on the token and may be left out are the published ones. A mechanism with a
// convolution of its own (Mamba) gets no other, and one whose heads are channels gets twice the
// width of them. Outputs of heads with values go through rmsNorm head by head, then a linear map.
//
// Where this is not the published layer: Mamba's B, C and dt come from the layer's input, not from
// behind its convolution; MoM's router is a sigmoid for each memory; no layer but Mamba's has an
// output gate.
template <class T>
class SequenceModel {
 public:
  // Error "sequence.model.not_causal" for a mechanism that looks ahead, "sequence.model.sizes",
  // "memory.budget" where there is no room for weights, gradients and two moments of each.
  SequenceModel(SequenceModelSettings settings, std::uint64_t seed);

  const SequenceModelSettings& settings() const { return settings_; }
  autodiff::Parameters<T>& parameters() { return parameters_; }
  const autodiff::Parameters<T>& parameters() const { return parameters_; }

  // Records the model for a batch of sequences of one length: [batch, token, outputs]. `tokens` has
  // batch * token entries, sequence by sequence.
  autodiff::Value<T> record(autodiff::Tape<T>& tape, autodiff::Indices tokens, std::int64_t batch,
                            std::int64_t length);
  autodiff::Value<T> record(autodiff::Tape<T>& tape, autodiff::Value<T> features);

  // What the mechanisms of all layers remember of one sequence of that length, in numbers.
  std::int64_t stateSize(std::int64_t length) const;
  sequence::Sizes mixerSizes(std::int64_t batch, std::int64_t length) const;

 private:
  using Fill = std::function<double(Random& random, std::size_t index)>;
  using Value = autodiff::Value<T>;

  // The parameter of that name on the tape; it is made when it is asked for first.
  Value parameter(autodiff::Tape<T>& tape, const std::string& name, const autodiff::Shape& shape,
                  const Fill& fill);
  Value weight(autodiff::Tape<T>& tape, const std::string& name, std::int64_t outputs,
               std::int64_t inputs);
  Value mapped(const std::string& name, Value x, std::int64_t outputs);  // without bias
  Value normalised(const std::string& name, Value x);
  Value blocks(Value x);
  Value mixer(const std::string& name, Value x);
  Value perToken(const std::string& name, const sequence::OperandSpec& spec, Value x,
                 const autodiff::Shape& shape);
  Value learned(autodiff::Tape<T>& tape, const std::string& name, const sequence::OperandSpec& spec,
                const sequence::Sizes& sizes);
  Value multilayer(const std::string& name, Value x);

  SequenceModelSettings settings_;
  Random random_;
  MemoryReservation room_;
  autodiff::Parameters<T> parameters_;
  std::map<std::string, std::size_t> indices_;
  std::size_t decayed_ = 0;  // the group with weight decay
};

extern template class SequenceModel<float>;
extern template class SequenceModel<double>;

}  // namespace lineament::nets
