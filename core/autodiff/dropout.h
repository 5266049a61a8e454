// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// In training, each element is 0 with probability p and x / (1 - p) otherwise (Srivastava et al.,
// 2014), drawn from the tape's seed and step; x itself otherwise. p in [0, 1): Error
// "autodiff.probability".
template <class T>
Value<T> dropout(Value<T> x, double p);

}  // namespace lineament::autodiff
