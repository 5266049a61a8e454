// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nets/sequence_task.h"

#include <fmt/ranges.h>

#include <limits>

#include "core/base/error.h"
#include "core/nets/recall_tasks.h"
#include "core/nets/regression_task.h"
#include "core/nets/state_tasks.h"
#include "core/nets/text_task.h"

namespace lineament::nets {

namespace {

constexpr ErrorText kLength{"sequence.task.length", "Draw sequences of {length} tokens",
                            "the task has them from {shortest} tokens on", "",
                            "Choose longer sequences, or a smaller task"};
constexpr ErrorText kLong{"sequence.task.length", "Draw sequences of {length} tokens",
                          "the longest that the task has are of {longest}", "",
                          "Choose shorter sequences, or give more to draw them from"};
constexpr ErrorText kUnknown{"sequence.task", "Train on the task '{id}'", "there is none", "",
                             "The tasks are {known}"};

}  // namespace

void SequenceTask::requireLength(std::int64_t length) const {
  if (length < shortest()) {
    throw Error::usage(kLength, {{"length", length}, {"shortest", shortest()}});
  }
  if (length > longest()) {
    throw Error::usage(kLong, {{"length", length}, {"longest", longest()}});
  }
}

SequenceBatch SequenceTask::drawBatch(const Random& random, std::int64_t sequences,
                                      std::int64_t length) const {
  requireLength(length);
  const auto places = static_cast<std::size_t>(sequences * length);
  SequenceBatch batch;
  if (isReal()) {
    batch.features.assign(places * static_cast<std::size_t>(features()), 0);
    batch.real_targets.assign(places, std::numeric_limits<float>::quiet_NaN());
  } else {
    batch.tokens.assign(places, 0);
    batch.targets.assign(places, -1);
  }
  batch.scored.assign(places, 0);
  for (std::int64_t i = 0; i < sequences; ++i) {
    Random own = random.split(static_cast<std::uint64_t>(i));
    draw(own, length, i, batch);
  }
  return batch;
}

const std::vector<TaskDescription>& taskDescriptions() {
  static const std::vector<TaskDescription> tasks{
      {"parity", "Parity", "Whether the ones so far are odd in number, asked at every bit",
       "Grazzi et al. (2024), Unlocking state-tracking in linear RNNs through negative "
       "eigenvalues"},
      {"modular_arithmetic", "Modular arithmetic",
       "Sums, differences and products modulo a number, with the usual precedence, no brackets; "
       "asked behind the equals sign",
       "Grazzi et al. (2024)"},
      {"s3", "Words of S3", "The product so far of permutations of three things",
       "Merrill et al. (2024), The illusion of state in state-space models"},
      {"s5", "Words of S5", "The product so far of permutations of five things",
       "Merrill et al. (2024)"},
      {"recall", "Multi-query associative recall",
       "Keys and values first, then some of the keys, each asking for its value",
       "Arora et al. (2023), Zoology: Measuring and improving recall in efficient language models"},
      {"selective_copying", "Selective copying",
       "Tokens strewn among blanks, to be said again in their order at the end",
       "Gu and Dao (2023), Mamba: Linear-time sequence modeling with selective state spaces"},
      {"regression", "In-context linear regression",
       "Points and values of a linear function that is another in every sequence; the value is "
       "asked at each point",
       "Garg et al. (2022), What can transformers learn in-context?"},
      {"text", "Text, byte by byte", "The next byte of a text file; its last tenth is held out",
       ""}};
  return tasks;
}

std::unique_ptr<SequenceTask> makeTask(std::string_view id, const TaskSettings& settings,
                                       bool held_out) {
  if (id == "parity") return parityTask();
  if (id == "modular_arithmetic") return modularArithmeticTask(settings.modulus);
  if (id == "s3") return permutationTask(3);
  if (id == "s5") return permutationTask(5);
  if (id == "recall") return recallTask(settings.pairs, settings.vocabulary);
  if (id == "selective_copying") {
    return selectiveCopyingTask(settings.copied, settings.vocabulary);
  }
  if (id == "regression") return inContextRegressionTask(settings.dimensions);
  if (id == "text") return textTask(settings.text, held_out);
  std::vector<std::string_view> known;
  for (const TaskDescription& task : taskDescriptions()) known.push_back(task.id);
  throw Error::usage(kUnknown, {{"id", id}, {"known", fmt::format("{}", fmt::join(known, ", "))}});
}

}  // namespace lineament::nets
