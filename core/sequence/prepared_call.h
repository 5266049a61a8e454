// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/sequence/problem.h"

namespace lineament::sequence {

// The fast forms of a problem without packed sequences, with everything converted and allocated
// beforehand: what is left is the mechanism's own work, again and again, as a measurement wants it.
class PreparedCall {
 public:
  PreparedCall(const Problem& problem, Storage storage);

  void forward(const Context& context);
  // Gradients of sum(output) by every input. Runs after forward().
  void backward(const Context& context);
  // The next token, from the state that forward() or the last step left; all steps see token 0.
  void step(const Context& context);

  std::span<const float> output() const { return output_; }  // empty for bfloat16
  std::span<const float> inputGradient(std::size_t input) const { return gradients_[input]; }
  std::size_t keptBytes() const { return kept_.size() * sizeof(float); }
  std::size_t stateBytes() const { return state_.values.size() * sizeof(float); }

 private:
  Call<float> call(const Context& context);

  const Mechanism* mechanism_;
  Sizes sizes_;
  Options options_;
  std::vector<std::vector<float>> wide_, gradients_;
  std::vector<std::vector<std::uint16_t>> narrow_;
  std::vector<StoredView> inputs_;
  std::vector<float> output_, output_gradient_, kept_;
  std::vector<std::uint16_t> narrow_output_;
  State<float> initial_, state_;
};

// Queries, keys and values are stored narrow, gates and weights are not.
bool isStoredNarrow(const OperandSpec& spec);

}  // namespace lineament::sequence
