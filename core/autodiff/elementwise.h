// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/autodiff/tape.h"

namespace lineament::autodiff {

// Element by element. Two operands are broadcast against each other by NumPy's rule.
template <class T>
Value<T> operator+(Value<T> a, Value<T> b);
template <class T>
Value<T> operator-(Value<T> a, Value<T> b);
template <class T>
Value<T> operator*(Value<T> a, Value<T> b);
template <class T>
Value<T> operator/(Value<T> a, Value<T> b);

// factor * x + shift
template <class T>
Value<T> scale(Value<T> x, double factor, double shift = 0);

template <class T>
Value<T> exp(Value<T> x);
template <class T>
Value<T> log(Value<T> x);
template <class T>
Value<T> sqrt(Value<T> x);
template <class T>
Value<T> square(Value<T> x);
template <class T>
Value<T> tanh(Value<T> x);
template <class T>
Value<T> sigmoid(Value<T> x);
template <class T>
Value<T> relu(Value<T> x);  // derivative 0 at 0; NaN stays NaN
template <class T>
Value<T> gelu(Value<T> x);  // x Phi(x), by the error function
template <class T>
Value<T> silu(Value<T> x);  // x sigmoid(x)
template <class T>
Value<T> softplus(Value<T> x);  // log(1 + exp(x)), without overflow

// The same values in row-major order without gaps; `x` itself where it is so already.
template <class T>
Value<T> contiguous(Value<T> x);

}  // namespace lineament::autodiff
