// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/sequence/delta_tokens.h"
#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of the delta rules.

// All tokens of the heads from `first_head` on, one for each of `overshoots` and at most
// kMostHeadsTogether, to which is added how many tokens had beta |k|^2 over 2. The final state,
// where there is one, has its size already.
void deltaForwardHeads(const Call<float>& call, const DeltaOperands& operands, float scale,
                       std::int64_t batch, std::int64_t first_head,
                       std::span<std::int64_t> overshoots);

// All gradients of one head, from what the forward pass kept.
void deltaBackwardHead(const BackwardCall<float>& back, const DeltaOperands& operands, float scale,
                       std::int64_t batch, std::int64_t head);

// One token of one head: reads and writes `state` [key, value] once.
void deltaStepHead(const DeltaOperands& operands, const Sizes& sizes, float scale,
                   std::int64_t batch, std::int64_t head, float* state, const StoredTarget& output);

}  // namespace lineament::sequence
