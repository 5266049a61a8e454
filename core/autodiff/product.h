// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// a [..., M, K] times b [..., K, N] gives [..., M, N]; leading dimensions are broadcast. Transposed
// views go to BLAS as they are, other strided ones are copied first. Recorded in fixed blocks of
// rows, so that the bytes of the result do not depend on the thread count.
template <class T>
Value<T> matmul(Value<T> a, Value<T> b);

// x [..., K] times the transpose of weight [N, K], plus bias [N].
template <class T>
Value<T> linear(Value<T> x, Value<T> weight, Value<T> bias);

}  // namespace lineament::autodiff
