// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of Hedgehog; hedgehog.h states the mathematics and the layouts.

// The outputs of one head; where the call keeps numbers, each row's denominator at kept[2 * row],
// row = (batch * heads + head) * tokens + token. `made`, where not null, is the state after it.
void hedgehogForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head,
                         State<float>* made);

// All gradients of one head. Needs the kept numbers. Those by the maps are this head's part, each
// [feature, tileStride(key)], added to; null: not wanted.
struct HedgehogMapGradients {
  float *query, *key;
};
void hedgehogBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head,
                          const HedgehogMapGradients& maps);

// One token of a head of batch entries [begin, end), at most kStepEntries; the state is changed
// in place.
void hedgehogStepEntries(const Call<float>& call, std::int64_t begin, std::int64_t end,
                         std::int64_t head, State<float>& state);

}  // namespace lineament::sequence
