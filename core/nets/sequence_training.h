// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/context.h"
#include "core/nets/sequence_model.h"
#include "core/nets/sequence_task.h"

namespace lineament::nets {

// AdamW (Loshchilov and Hutter 2019) on batches that are never drawn twice, with gradients clipped
// by their norm and a learning rate that rises over the first tenth of the steps and then falls as
// a cosine to a thousandth.
struct SequenceTrainingSettings {
  std::int64_t steps = 1000;
  std::int64_t batch = 64;
  std::int64_t length = 64;  // tokens of the sequences that are trained on
  double learning_rate = 1e-3;
  double weight_decay = 0.01;         // of matrices
  double clip = 1;                    // largest norm of the gradients
  std::int64_t evaluations = 20;      // of the score while training
  std::int64_t test_sequences = 512;  // of each length at the end
  std::vector<std::int64_t> lengths;  // to be tested at the end, beside the training length
};

struct SequenceScore {
  std::int64_t length = 0;
  double score = 0;  // share of scored answers that are right; of real ones R2
  double loss = 0;   // mean cross-entropy in nats over all that was asked; of real ones mean square
};

struct SequenceTrainingResult {
  std::vector<double> steps;             // after which
  std::vector<double> losses;            // mean training loss since the step before
  std::vector<double> scores;            // on new sequences of the training length
  std::vector<SequenceScore> by_length;  // ascending, at the end
  double seconds = 0;                    // of training, without evaluations
  double tokens_per_second = 0;
};

// Trains the model in place. `test` gives the sequences of the scores: the task itself, or what it
// holds out. The same seed gives the same bytes at any thread count. Error
// "sequence.train.diverged" names the step and the operation where numbers became infinite;
// "memory.budget" where batches of that size have no room.
SequenceTrainingResult trainSequenceModel(SequenceModel<float>& model, const SequenceTask& task,
                                          const SequenceTask& test,
                                          const SequenceTrainingSettings& settings,
                                          const Context& context);

}  // namespace lineament::nets
