// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sequence/block_window.h"

namespace lineament::sequence {

// The vectorised insides of DiagAttention; its header states the mathematics.

struct DiagRule {
  std::int64_t block;
  float scale;
  bool softmax;  // otherwise max(s, 0)
};

// The outputs of all heads' tokens of block `index`.
void diagBlock(const Call<float>& call, const DiagRule& rule, std::int64_t batch,
               std::int64_t index);

// All gradients that come from them.
void diagBlockBackward(const BackwardCall<float>& back, const DiagRule& rule, std::int64_t batch,
                       std::int64_t index);

}  // namespace lineament::sequence
