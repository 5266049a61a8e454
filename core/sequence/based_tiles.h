// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of BASED; based.h states the mathematics and the layouts.

// The outputs of one head; where the call keeps numbers, each row's denominator at
// kept[2 * row] and its shift at kept[2 * row + 1], row = (batch * heads + head) * tokens + token.
// `made`, where not null, is zeroed and of the size of the state after the call.
void basedForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head,
                      State<float>* made);

// All gradients of one head. Needs the kept numbers. The initial gradient is zeroed.
void basedBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head);

// One token of a head of batch entries [begin, end), at most kStepEntries, of the Taylor branch;
// the state is changed in place.
void basedStepEntries(const Call<float>& call, std::int64_t begin, std::int64_t end,
                      std::int64_t head, State<float>& state);

}  // namespace lineament::sequence
