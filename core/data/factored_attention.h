// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/attention_stack.h"

namespace lineament {

// Softmax attention from its queries, its keys and each row's log-sum-exp. A cell is
//   a[i, j] = exp(scale * q_i . k_j - log_sum_i),   0 for j > i where it is causal,
// so any window costs its own size times the width of a head. Memory: layers * heads * tokens *
// (2 * size + 1) numbers instead of layers * heads * tokens^2.
class FactoredAttention : public AttentionSource {
 public:
  struct Shape {
    std::size_t layers = 0, heads = 0;
    std::uint64_t queries = 0, keys = 0;
    bool causal = false;
  };
  // The factors have to have the lengths that the shape asks for: see fits().
  FactoredAttention(Shape shape, Factors factors);

  void cells(std::size_t layer, std::size_t head, const AttentionWindow& window,
             std::span<float> weights, const Context& context) const override;
  const Factors* factors() const override { return &factors_; }

  static bool fits(const Shape& shape, const Factors& factors);

 private:
  Shape shape_;
  Factors factors_;
};

}  // namespace lineament
