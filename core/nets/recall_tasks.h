// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "core/nets/sequence_task.h"

namespace lineament::nets {

// Multi-query associative recall (Arora et al. 2023, section 4): n different keys, each followed by
// its value, then n queries in the rest of the sequence. The key of a query stands at position
// 2 n + 2 g, g drawn without replacement with chances proportional to (g + 1)^(a - 1), a = 0.01;
// what is asked there is the key's value. All other places of the rest hold random tokens. Keys are
// tokens 1 ... v / 2 - 1, values v / 2 ... v - 1. Sequences need 4 n tokens.
// Error "sequence.task.setting" where there are too few keys.
std::unique_ptr<SequenceTask> recallTask(std::int64_t pairs, std::int64_t vocabulary);

// Selective copying (Gu and Dao 2023, section 4.1): n tokens at random places among blanks, a
// marker, and n places where they are to be said again in their order. Tokens: v to be copied, the
// blank v, the marker v + 1; the places of the answer hold markers, too. Sequences need 2 n tokens.
std::unique_ptr<SequenceTask> selectiveCopyingTask(std::int64_t copied, std::int64_t vocabulary);

}  // namespace lineament::nets
