// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of ARFlow's hybrid attention; arflow_hybrid.h states the mathematics.

// The outputs of one head. Where the call keeps numbers, the state before each chunk at
// kept[((batch * heads + head) * chunks + c) * keys * values]. `made` is the state after the call,
// null where it is not wanted.
void arflowForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head,
                       State<float>* made);

// All gradients of one head. Needs the kept states.
void arflowBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head);

}  // namespace lineament::sequence
