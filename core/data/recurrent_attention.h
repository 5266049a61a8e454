// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/attention_stack.h"

namespace lineament {

// What the matrices that a layer's recurrence implies are made of. Head by head, with rows of
// `size` numbers, the state S [size, values] goes by
//   S_t = F_t S_{t-1} + w_t' v_t,  F_t = diag(d_t) - b_t' c_t,  o_t = q_t S_t
// so that of the value of token s the output of token t has
//   A[t, s] = q_t F_t F_{t-1} ... F_{s+1} w_s'  for s < t,  A[t, t] = q_t w_t' + e_t
// or, where the state is read before it is written (RWKV-6), o_t = q_t S_{t-1} + e_t v_t: without
// F_t, and A[t, t] = e_t. Each array is [head, token, size] but where it is said otherwise.
struct RecurrentFactors {
  std::size_t heads = 0, tokens = 0, size = 0;
  SharedArray<float> queries;   // q, with the scale of the outputs
  SharedArray<float> writes;    // w
  SharedArray<float> decays;    // d, from 0 to 1: [head, token, decay_width]
  std::size_t decay_width = 0;  // size; 1: one for all channels; 0: nothing decays
  SharedArray<float> removals;  // b; empty: nothing is removed
  SharedArray<float> recalls;   // c
  SharedArray<float> diagonal;  // e: [head, token]; empty: 0
  bool reads_before = false;

  bool fits() const;  // whether the arrays have the lengths that the sizes ask for
};

// Attention that recurrences imply, a RecurrentFactors for each layer, all of one size of text.
// Rows are worked out from their queries backwards, p_s = p_{s+1} F_{s+1} from p_t = q_t on: a row
// costs its length times `size`, and nothing is ever divided by a decay, so that decays may be 0
// and products of many vanish as they should. Where nothing is removed, the tokens between a
// window's keys and its queries are passed by the product of their decays alone. Memory: the
// factors.
class RecurrentAttention : public AttentionSource {
 public:
  explicit RecurrentAttention(std::vector<RecurrentFactors> layers) : layers_(std::move(layers)) {}

  void cells(std::size_t layer, std::size_t head, const AttentionWindow& window,
             std::span<float> weights, const Context& context) const override;
  bool prefersRows() const override { return true; }
  const std::vector<RecurrentFactors>& layers() const { return layers_; }

 private:
  std::vector<RecurrentFactors> layers_;
};

// The whole matrix of a head from the definition, in double precision: [token, token].
std::vector<double> recurrentAttentionReference(const RecurrentFactors& factors, std::size_t head);

}  // namespace lineament
