// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// mean((prediction - target)^2) over all elements; the shapes have to be equal.
template <class T>
Value<T> meanSquaredError(Value<T> prediction, Value<T> target);

// Mean of -log softmax(logits)[row, target[row]] over the rows (all dimensions but the last) whose
// target is not negative: -1 marks a row to be left out. 0 when none is left.
template <class T>
Value<T> crossEntropy(Value<T> logits, Indices targets);

}  // namespace lineament::autodiff
