// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/context.h"
#include "core/sequence/hedgehog_map.h"

namespace lineament::sequence {

// Training Hedgehog's maps to weigh as softmax attention does (Zhang et al. 2024, section 4.2): for
// every head and row, with A the causal softmax of q k' / sqrt(Dk) and Ahat the normalised weights
// of the maps on the same q and k,
//   L = - sum_j A_ij ln Ahat_ij, averaged over heads and rows.
// Its least value is the entropy of A, so what is left to learn is the divergence L - H(A).

// The queries and keys of one sequence, [token, head, key].
struct DistillationData {
  std::int64_t tokens = 0, heads = 0, keys = 0;
  std::span<const double> queries, keys_data;
};

// The maps of all heads, [head, key, column] each.
struct HedgehogMaps {
  HedgehogForm form = HedgehogForm::softmax_halves;
  std::int64_t columns = 0;
  std::vector<double> queries, keys;
};

struct DistillationLoss {
  double cross_entropy = 0;    // L, in nats
  double teacher_entropy = 0;  // H(A), in nats
  double divergence() const { return cross_entropy - teacher_entropy; }
};

// The loss, and where `gradient` is not null its gradient by the maps (set, not added to).
DistillationLoss distillationLoss(const DistillationData& data, const HedgehogMaps& maps,
                                  HedgehogMaps* gradient);

struct DistillationSettings {
  int steps = 300;
  double learning_rate = 1e-2;  // of Adam without decay, as LoLCATs trains its maps
};

// Trains the maps on the sequence; returns the divergence before each step and after the last.
// Error "sequence.hedgehog.diverged" names the step where the loss is no number any more.
std::vector<double> distil(const DistillationData& data, HedgehogMaps& maps,
                           const DistillationSettings& settings, const Context& context);

// How far linear attention behaves as softmax attention does, averages over all heads and rows of
// two tokens and more.
struct Mimicry {
  double teacher_entropy = 0, student_entropy = 0;  // over ln(i + 1): 0 for one token, 1 for all
  double divergence = 0;                            // of the student from the teacher, in nats
  double rank_correlation = 0;  // Spearman's, between scores q . k and the student's weights
  double monotone_share = 0;    // of neighbours by score, those whose weight does not fall
};
Mimicry mimicry(const DistillationData& data, const HedgehogMaps& maps);

// -sum w ln w of weights that sum to 1, in nats.
double entropyOf(std::span<const double> weights);
// Spearman's correlation: Pearson's of the ranks, equal numbers sharing their mean rank. 0 where
// one of them is constant.
double rankCorrelation(std::span<const double> a, std::span<const double> b);
// Of pairs that are neighbours when sorted by score, the share whose weight does not fall.
double monotoneShare(std::span<const double> scores, std::span<const double> weights);

}  // namespace lineament::sequence
