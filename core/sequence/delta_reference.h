// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lineament::sequence {

// The delta rule token by token in double precision: the definition that the mechanisms of its
// family share. For the tokens of one state S [key, value] of one head, in their order,
//   Sb = exp(g_t) S,  e_t = v_t - k_t Sb,  S = Sb + beta_t k_t^T e_t,  o_t = weight_t q_t S
struct DeltaToken {
  const double* query = nullptr;  // [key]
  const double* key = nullptr;    // [key]
  const double* value = nullptr;  // [value]
  double beta = 0;
  double log_decay = 0;
  double weight = 1;         // of the read: the scale, and a router's weight
  double* output = nullptr;  // [value]; added to
};

// The gradients of one token, each added to; null: not wanted.
struct DeltaTokenSlopes {
  double* query = nullptr;
  double* key = nullptr;
  double* value = nullptr;
  double* beta = nullptr;
  double* log_decay = nullptr;
  double* weight = nullptr;
};

struct DeltaWidths {
  std::int64_t keys, values;
};

// Moves `state` over the tokens.
void deltaReference(std::span<const DeltaToken> tokens, DeltaWidths widths, double* state);

// `state` is the one before the tokens; `state_gradient` is moved from after the tokens to before
// them. output_gradients[i] [value] belongs to token i.
void deltaReferenceBackward(std::span<const DeltaToken> tokens, DeltaWidths widths,
                            const double* state, std::span<const double* const> output_gradients,
                            std::span<const DeltaTokenSlopes> slopes, double* state_gradient);

}  // namespace lineament::sequence
