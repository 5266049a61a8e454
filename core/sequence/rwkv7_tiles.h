// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of RWKV-7; its header states the mathematics.

enum class Rwkv7Input : std::size_t { query, key, value, log_decay, removal, rate };

// All tokens of `count` heads, at most kMostHeadsTogether. The final state, where there is one, has
// its size already.
void rwkv7ForwardHeads(const Call<float>& call, float scale, std::int64_t batch,
                       std::int64_t first_head, std::int64_t count);

// All gradients of one head, from what the forward pass kept.
void rwkv7BackwardHead(const BackwardCall<float>& back, float scale, std::int64_t batch,
                       std::int64_t head);

// One token of one head; `state` [key, value].
void rwkv7StepHead(const Call<float>& call, float scale, std::int64_t batch, std::int64_t head,
                   float* state);

}  // namespace lineament::sequence
