// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// Each channel's own causal convolution over the tokens, zeros before the first one:
//   y[b, t, c] = sum over j of taps[c, j] x[b, t - W + 1 + j, c]
// x [batch, token, channel], taps [channel, W]: the last tap is the current token's, as in the
// weights of published models.
template <class T>
Value<T> causalConvolution(Value<T> x, Value<T> taps);

}  // namespace lineament::autodiff
