// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/data/attention_stack.h"

namespace lineament::explain {

// How much of each input token has reached each token after a layer, from the attention of all
// layers up to it (Abnar and Zuidema 2020, "Quantifying attention flow in transformers"). Heads are
// averaged and residual connections taken for a half: B^l = row-normalised(mean_h A^l_h + I).
// Both take square stacks: as many queries as keys. Throws Error "attention.not_square",
// "attention.too_long" (flow), "memory.budget", Cancelled.

// Rollout (equation 1 there): R^1 = B^1, R^l = B^l R^(l-1). A stack of one head a layer.
AttentionStack rollout(const AttentionStack& stack, const Context& context);

// One row of it for long texts, r^l = (r^(l+1)) B^l from the last layer down: what reached token
// `query` after all layers. Costs the cells of all layers once and no matrix.
std::vector<double> rolloutRow(const AttentionStack& stack, std::uint64_t query,
                               const Context& context);

// Flow: edges of capacity B^l[i, j] from token i after layer l to token j before it; the weight of
// an input is the largest flow from the output to it, each pair alone; rows are scaled to sum 1.
// One matrix, of the last layer, up to kLongestFlow tokens.
inline constexpr std::uint64_t kLongestFlow = 64;
AttentionStack flow(const AttentionStack& stack, const Context& context);

}  // namespace lineament::explain
