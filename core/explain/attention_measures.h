// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/data/attention_stack.h"

namespace lineament::explain {

// Numbers of one attention matrix A, queries x keys. Rows are taken as shares a = |A| / sum |A|,
// which leaves softmax attention as it is and makes what a recurrence implies comparable, and are
// weighted alike; a row without any weight (fully masked) and one with a NaN are left out and
// counted. n_i is the number of keys that
// query i may see: i + 1 counted from the end of the keys where attention is causal, else all.
struct AttentionSummary {
  double entropy = 0;             // mean of -sum_j a log a, in nat
  double normalised_entropy = 0;  // mean of that over log n_i; 0 for n_i = 1
  double mean_distance = 0;       // mean of sum_j a |i - j|, in tokens
  double diagonal_mass = 0;       // mean of a[i, i]
  double previous_token = 0;      // mean of a[i, i - 1] over the rows that have it
  double first_token = 0;         // mean of a[i, 0]: what a sink takes
  double band_mass = 0;           // mean of the sum over |i - j| <= 1
  double confidence = 0;          // mean of the row's largest
  double correlation = 0;         // of i and j, weighted by a; 0 where it is not defined
  std::uint64_t left_out = 0;     // rows

  bool operator==(const AttentionSummary&) const = default;
};

// Position of query i among the keys: the last queries.size() of them (0 where all are queries).
AttentionSummary summarise(const AttentionStack& stack, std::size_t layer, std::size_t head,
                           const Context& context);

// The same from the definition, of a held matrix.
AttentionSummary summariseReference(const float* weights, std::uint64_t queries, std::uint64_t keys,
                                    bool causal);

// All matrices of the stack as measures in the order above, for a view and a table.
std::vector<HeadMeasure> measuresOf(const AttentionStack& stack, const Context& context);

}  // namespace lineament::explain
