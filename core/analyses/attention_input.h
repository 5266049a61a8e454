// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/attention_stack.h"
#include "core/data/data.h"

namespace lineament {

// Attention as an analysis is given it: a stack, or a tensor [query, key], [head, query, key],
// [layer, head, query, key] or [layer, 1, head, query, key] as other programs save it. A tensor is
// taken as causal where nothing stands above its diagonals. Throws Error "attention.shape" for
// another shape.
AttentionStack attentionInput(const Data& data);

}  // namespace lineament
