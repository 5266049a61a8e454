// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// LSSL's recurrence with features in the lanes; lssl.h states the mathematics.

// Output and final state of features [first, first + kLsslFeatures). call.final has room and may be
// call.initial.
void lsslRecurrence(const Call<float>& call, std::int64_t first);

// Their gradients. back.initial_gradient has room.
void lsslAdjoint(const BackwardCall<float>& back, std::int64_t first);

}  // namespace lineament::sequence
