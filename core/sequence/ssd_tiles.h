// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of Mamba-2; ssd.h states the mathematics and the layouts.

enum SsdInput : std::size_t { kSsdX, kSsdStep, kSsdRate, kSsdB, kSsdC, kSsdSkip };

inline constexpr std::int64_t kSsdChunk = 32;     // tokens of a chunk
inline constexpr std::int64_t kSsdSegment = 128;  // tokens between two kept states
inline constexpr std::int64_t kSsdHeads = 4;      // heads of a group that share a task's scores

// Heads [head, head + heads) of one batch entry, all of one group.
struct SsdTask {
  std::int64_t batch, group, head, heads;
};

// Tasks of a group, and task number `index` of all.
std::int64_t ssdTasksOfGroup(const Sizes& sizes);
SsdTask ssdTask(const Sizes& sizes, std::int64_t index);

// Output and final state of a task, and, where the call keeps numbers, the state before each
// segment at kept[batch][head][segment].
void ssdForward(const Call<float>& call, const SsdTask& task);

// One token of one head, in place in call.final, which is call.initial.
void ssdStep(const Call<float>& call, std::int64_t batch, std::int64_t head);

// One segment of a backward pass, which walks over the sequence from its end.
struct SsdBackwardPass {
  std::int64_t begin = 0, end = 0;
  float* state = nullptr;       // [batch][head][key][value]: gradient by the state behind
  float* rates = nullptr;       // [batch][head]: gradient by A so far
  float* skip = nullptr;        // [batch][head]: by D
  float* write_read = nullptr;  // [task][token of the segment][2][tileStride(key)]: by B and C
};
void ssdBackward(const BackwardCall<float>& back, const SsdBackwardPass& pass, std::int64_t index);

}  // namespace lineament::sequence
