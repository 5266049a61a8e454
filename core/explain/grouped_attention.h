// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data/attention_stack.h"

namespace lineament::explain {

// Runs of tokens taken as one: the first token of each, ascending from 0, and what each is called.
struct TokenRuns {
  std::vector<std::uint64_t> starts;
  std::vector<std::string> names;
};

// Attention between runs of tokens, such as words: to a run the sum over its tokens, from a run the
// mean over its tokens (Clark, Khandelwal, Levy and Manning 2019, section 4.1), so that rows that
// sum to 1 still do. Holds all its cells. A token measure of a run is the sum over its tokens: of
// surprisals, that of the run as a whole; NaN where one of them is. Head measures are left out:
// they are of tokens. Throws Error "memory.budget", Cancelled.
AttentionStack grouped(const AttentionStack& stack, const TokenRuns& queries, const TokenRuns& keys,
                       const Context& context);

}  // namespace lineament::explain
