// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"

namespace lineament::nets {

// Sequences of one length with what a model should say at each position.
struct SequenceBatch {
  std::vector<std::int32_t> tokens;   // [batch, token]; empty where inputs are real
  std::vector<float> features;        // [batch, token, feature]; empty where inputs are tokens
  std::vector<std::int32_t> targets;  // [batch, token] a class; -1: nothing is asked here
  std::vector<float> real_targets;    // [batch, token]; NaN: nothing is asked here
  std::vector<std::uint8_t> scored;  // [batch, token]: counts for the score, not for the loss alone
};

// A task that sequences can be drawn for without end. Stateless, and the same numbers for the same
// stream.
class SequenceTask {
 public:
  virtual ~SequenceTask() = default;

  virtual std::int64_t vocabulary() const { return 0; }  // tokens; 0: inputs are real
  virtual std::int64_t features() const { return 0; }
  virtual std::int64_t outputs() const = 0;  // classes; of real targets 1
  bool isReal() const { return vocabulary() == 0; }
  virtual double chance() const = 0;  // score of a guess: share of right answers, or R2

  // The shortest and longest sequences there are; Error "sequence.task.length" beyond them.
  virtual std::int64_t shortest() const = 0;
  virtual std::int64_t longest() const { return std::numeric_limits<std::int64_t>::max(); }
  void requireLength(std::int64_t length) const;

  // One sequence at `place` of a batch whose vectors have the size they need.
  virtual void draw(Random& random, std::int64_t length, std::int64_t place,
                    SequenceBatch& batch) const = 0;

  SequenceBatch drawBatch(const Random& random, std::int64_t sequences, std::int64_t length) const;
};

// What the tasks can be told. Each takes what concerns it.
struct TaskSettings {
  std::int64_t modulus = 5;      // modular_arithmetic
  std::int64_t pairs = 8;        // recall: keys with a value each
  std::int64_t vocabulary = 64;  // recall, selective_copying
  std::int64_t copied = 8;       // selective_copying: tokens to be copied
  std::int64_t dimensions = 4;   // regression
  std::string text;              // text: its bytes
};

struct TaskDescription {
  std::string_view id, title, summary, source;
};
const std::vector<TaskDescription>& taskDescriptions();

// Error "sequence.task" (usage) for an unknown id, "sequence.task.setting" for settings that make
// no task. `held_out`: sequences that are never trained on, where there is a difference (the end of
// a text).
std::unique_ptr<SequenceTask> makeTask(std::string_view id, const TaskSettings& settings,
                                       bool held_out);

}  // namespace lineament::nets
