// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of softmax attention; its header states the mathematics and the layouts.

inline constexpr std::int64_t kKeyTile = 64;

// Queries of a tile. All keys and values up to its last one are loaded for it, which takes less of
// the time the more queries they are loaded for; short sequences need tiles enough for all threads.
constexpr std::int64_t softmaxQueryTile(std::int64_t tokens) {
  return tokens < 1024 ? 96 : 288;
}

// The output of queries [first, first + softmaxQueryTile) of one head, and, where the call keeps
// numbers, each row's log-sum-exp at kept[(batch * heads + head) * tokens + token].
void softmaxTile(const Call<float>& call, float scale, std::int64_t batch, std::int64_t head,
                 std::int64_t first);

// All gradients of one head. Needs the kept log-sum-exps.
void softmaxBackwardHead(const BackwardCall<float>& back, float scale, std::int64_t batch,
                         std::int64_t head);

}  // namespace lineament::sequence
