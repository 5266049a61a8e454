// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/base/context.h"
#include "core/data/attention_stack.h"

namespace lineament::app {

struct AttentionSizes {
  std::size_t layers = 1, heads = 1;
  std::uint64_t tokens = 0;
  std::uint64_t width = 64;  // of a query and a key
};

// Causal softmax attention of queries and keys drawn from a seed, with texts of made-up words;
// worked out where it is looked at. Rows sum to 1, exactly up to 65,536 tokens and about so
// beyond. Throws Cancelled.
AttentionStack drawnAttention(const AttentionSizes& sizes, const Context& context);

enum class Recurrence {
  gated,  // gated linear attention: each channel decays, over 10 to 100,000 tokens
  delta   // the delta rule: of a key of unit length a share of 0 to 1 is removed and written
};

// What such recurrences imply, drawn from a seed, with the same texts.
AttentionStack impliedAttention(const AttentionSizes& sizes, Recurrence recurrence);

}  // namespace lineament::app
