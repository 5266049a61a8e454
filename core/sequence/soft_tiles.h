// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/mechanism.h"

namespace lineament::sequence {

// The vectorised insides of SOFT; soft.h states the mathematics, soft_layout.h what is kept.

void softForwardHead(const Call<float>& call, std::int64_t batch, std::int64_t head);

// All gradients of one head. Needs the kept numbers.
void softBackwardHead(const BackwardCall<float>& back, std::int64_t batch, std::int64_t head);

}  // namespace lineament::sequence
