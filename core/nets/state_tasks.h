// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "core/nets/sequence_task.h"

namespace lineament::nets {

// Tasks whose answer is the state of a finite automaton after all tokens so far.

// Tokens 0 and 1 with equal chance; the class at each position is the number of ones up to there
// modulo 2. The last position is scored, all of them train.
std::unique_ptr<SequenceTask> parityTask();

// An expression of digits 0 ... m - 1 and the signs + - * with the usual precedence, an equals sign
// and, asked at that sign, its value modulo m. Expressions have every odd length that fits, padding
// stands behind. Tokens: the digits, then + - * = and padding. Scored: the answer.
// Error "sequence.task.setting" for m outside [2, 100].
std::unique_ptr<SequenceTask> modularArithmeticTask(std::int64_t modulus);

// Word problem of the symmetric group of n things: tokens are its n! elements, evenly drawn, the
// class at each position is the product s_t = x_t * s_{t-1} (x_t is applied last). Elements are
// numbered in the lexicographic order of their images. The last position is scored.
std::unique_ptr<SequenceTask> permutationTask(int things);

}  // namespace lineament::nets
