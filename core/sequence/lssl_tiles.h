// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// LSSL's recurrence with features in the lanes; lssl.h states the mathematics.

inline constexpr std::int64_t kLsslBlock = 32;   // tokens of a block, between two kept states
inline constexpr std::int64_t kLsslStrip = 256;  // features of a task at most
// Batch entries whose steps are taken together: they share what is loaded of the weights.
inline constexpr std::int64_t kLsslEntries = 4;

// Output and final state of features [first, end), and, where the call keeps numbers, the state
// before each block at kept[batch][block][state][head]. call.final has room and may be
// call.initial.
void lsslForward(const Call<float>& call, std::int64_t first, std::int64_t end);

// One token of batch entries [begin, end_batch) of these features, in place in call.final, which is
// call.initial.
void lsslStep(const Call<float>& call, std::int64_t first, std::int64_t end, std::int64_t begin,
              std::int64_t end_batch);

// Their gradients, from what the forward pass kept. back.initial_gradient has room.
void lsslAdjoint(const BackwardCall<float>& back, std::int64_t first, std::int64_t end);

}  // namespace lineament::sequence
